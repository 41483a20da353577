/** The Docker engine of this machine. */
package dev.heddle.client.engine;
