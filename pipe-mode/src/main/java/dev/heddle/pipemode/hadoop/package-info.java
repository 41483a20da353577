/** Channels on Hadoop's file systems: the only package here that knows Hadoop. */
package dev.heddle.pipemode.hadoop;
