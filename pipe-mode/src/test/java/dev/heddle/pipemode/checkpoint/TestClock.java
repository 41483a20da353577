package dev.heddle.pipemode.checkpoint;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still; files' times go on. */
final class TestClock {
  // Most nanosecond clocks begin anywhere, and this one is about to overflow.
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

  SyncClock clock() {
    return new SyncClock(nanos::get, SyncClock.REAL.epochNanos(), () -> 1);
  }

  void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
