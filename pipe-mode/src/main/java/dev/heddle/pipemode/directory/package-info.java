/** Objects as files of this machine, for a job that runs on one machine alone. */
package dev.heddle.pipemode.directory;
