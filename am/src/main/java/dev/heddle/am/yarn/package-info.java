/** Hosts from YARN: the ResourceManager's and the NodeManagers' side of a job. */
package dev.heddle.am.yarn;
