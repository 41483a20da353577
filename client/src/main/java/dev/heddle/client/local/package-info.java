/**
 * Jobs on this machine alone: the same supervisor and the same agents as on a cluster, with hosts
 * that are a process of an agent's and a container of this machine's Docker engine.
 */
package dev.heddle.client.local;
