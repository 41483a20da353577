package dev.heddle.client.local;

import dev.heddle.client.session.Console;
import java.time.Duration;

/** What Ctrl-C does: the first has the job stopped, the second ends everything at once. */
final class StopKeys {
  private final Console console;
  private final Duration grace;
  private final Runnable stop;
  private final Thread waiting;
  private int pressed;
  private boolean over;

  /**
   * @param grace how long an algorithm has to save
   * @param stop has the job stopped
   * @param waiting is interrupted to end everything
   */
  StopKeys(Console console, Duration grace, Runnable stop, Thread waiting) {
    this.console = console;
    this.grace = grace;
    this.stop = stop;
    this.waiting = waiting;
  }

  synchronized void pressed() {
    pressed++;
    if (over) {
      console.progress("Cleaning up: a moment, please.");
    } else if (pressed == 1) {
      console.progress(
          "Stopping: the algorithm has "
              + grace.toSeconds()
              + " s to save its model. Press Ctrl-C again to end it at once.");
      stop.run();
    } else if (pressed == 2) {
      console.progress("Ending everything at once.");
      waiting.interrupt();
    }
  }

  /** Nothing is left to stop, and nobody may be interrupted any more. */
  synchronized void over() {
    over = true;
    // One that came at the last moment must not break the cleaning up.
    boolean unused = Thread.interrupted();
  }
}
