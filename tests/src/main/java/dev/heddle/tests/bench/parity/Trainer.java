package dev.heddle.tests.bench.parity;

import java.io.IOException;

/** One way to start the sample on all hosts at once. */
@FunctionalInterface
interface Trainer {
  /**
   * Returns before the hosts train.
   *
   * @param name differs at each call
   */
  Training start(String name, Cell cell, int epochs) throws IOException;
}
