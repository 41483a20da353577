package dev.heddle.tests.bench.parity;

import java.io.IOException;
import java.util.List;

/** One way to start the sample on all hosts at once. */
interface Trainer {
  /**
   * @param hosts their logs, in any order
   * @param seconds all of it
   */
  record Trained(List<HostLog> hosts, double seconds) {
    public Trained {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * Returns when all hosts have ended.
   *
   * @param name differs at each call
   * @throws IOException when they failed; the message says why
   */
  Trained train(String name, Cell cell, int epochs) throws IOException, InterruptedException;
}
