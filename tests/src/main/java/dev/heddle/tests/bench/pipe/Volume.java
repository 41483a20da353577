package dev.heddle.tests.bench.pipe;

/**
 * How much is read in a round.
 *
 * @param gib GiB of large objects, at least
 * @param peerGib likewise by peers
 * @param peerObjects how many small objects peers read; a twentieth where each takes a process
 * @param trainGib GiB in each row of Pipe against File
 */
record Volume(double gib, double peerGib, int peerObjects, double trainGib) {}
