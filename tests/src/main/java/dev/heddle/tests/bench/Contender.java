package dev.heddle.tests.bench;

import java.io.IOException;

/** Something that starts one command on N hosts at once and returns when all have ended. */
interface Contender {
  String name();

  /**
   * The client's process, ready to be started: it submits, waits for the end and returns.
   *
   * @param round differs at each call
   */
  ProcessBuilder client(int round) throws IOException;
}
