package dev.heddle.pipemode.checkpoint;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What the time is.
 *
 * @param nanoTime as {@link System#nanoTime}
 * @param epochNanos nanoseconds since 1970, by the clock that files' times are of
 * @param random 0 to 1
 */
record SyncClock(LongSupplier nanoTime, LongSupplier epochNanos, DoubleSupplier random) {
  static final SyncClock REAL =
      new SyncClock(
          System::nanoTime,
          () -> {
            Instant now = Instant.now();
            return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
          },
          () -> ThreadLocalRandom.current().nextDouble());
}
