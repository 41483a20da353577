/** What NodeManagers know of LevelDB's own code. */
package org.apache.hadoop.shaded.org.fusesource.leveldbjni.internal;
