package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.retry.Backoff;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** {@link Backoff}'s pauses for a thread that doesn't wait, and never gives up. For one thread. */
final class RetryPause {
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final LongSupplier nanoTime;
  private final Backoff backoff;
  private long until;

  RetryPause(LongSupplier nanoTime, DoubleSupplier random) {
    this.nanoTime = nanoTime;
    until = nanoTime.getAsLong();
    backoff =
        new Backoff(
            FOREVER, nanoTime, time -> until = nanoTime.getAsLong() + time.toNanos(), random);
  }

  /** Begins the next, longer pause. */
  void failed() {
    backoff.failed();
    try {
      backoff.pause();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nothing was waited for", e);
    }
  }

  int failures() {
    return backoff.failures();
  }

  boolean isOver() {
    return nanoTime.getAsLong() - until >= 0;
  }

  /** It is tried again at once, and pauses begin with the shortest. */
  void reset() {
    backoff.progressed();
    until = nanoTime.getAsLong();
  }
}
