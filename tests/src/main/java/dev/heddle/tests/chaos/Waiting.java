package dev.heddle.tests.chaos;

import java.io.IOException;
import java.time.Duration;

/** Looks again and again until something holds. */
final class Waiting {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private Waiting() {}

  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /**
   * @throws IOException when it doesn't hold in time
   */
  static void until(String what, Duration patience, Condition condition)
      throws IOException, InterruptedException {
    if (!holds(patience, condition)) {
      throw new IOException(what + ": not within " + patience.toSeconds() + " s");
    }
  }

  /** Whether it holds in time. */
  static boolean holds(Duration patience, Condition condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
    return true;
  }
}
