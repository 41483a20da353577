package dev.heddle.tests.bench.pipe;

/** How much of a set somebody reads, so that the slow ones end within minutes. */
enum Amount {
  /** All of it. */
  ALL,
  /** As much as peers read. */
  SOME,
  /** Of small objects fewer still: a process is started for each. */
  FEW
}
