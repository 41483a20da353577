package dev.heddle.tests.bench.parity;

/** A clock that stands still while it is told to. It stands still at first. */
final class ActiveTime {
  private long before;
  private long since;
  private boolean runs;

  /**
   * @param now as {@link System#nanoTime}
   */
  void resume(long now) {
    if (!runs) {
      since = now;
      runs = true;
    }
  }

  void pause(long now) {
    if (runs) {
      before += now - since;
      runs = false;
    }
  }

  /** Seconds for which it ran until then. */
  double at(long now) {
    return (runs ? before + now - since : before) / 1e9;
  }
}
