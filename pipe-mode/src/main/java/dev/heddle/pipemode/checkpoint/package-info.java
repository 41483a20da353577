/** One host's checkpoint directory and the folder in S3 that it shares with the job's others. */
package dev.heddle.pipemode.checkpoint;
