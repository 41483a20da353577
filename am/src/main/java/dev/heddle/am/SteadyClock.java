package dev.heddle.am;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The wall clock as it was when this one was made, going on as the machine's steady one does: when
 * somebody, or NTP, sets the clock, nobody becomes late by it, or silent.
 */
final class SteadyClock extends Clock {
  private final Instant begin;
  private final LongSupplier nanoTime;
  private final long origin;
  private final ZoneId zone;

  private SteadyClock(Instant begin, LongSupplier nanoTime, long origin, ZoneId zone) {
    this.begin = begin;
    this.nanoTime = nanoTime;
    this.origin = origin;
    this.zone = zone;
  }

  /**
   * @param nanoTime as {@link System#nanoTime} has it
   */
  static SteadyClock from(Clock wall, LongSupplier nanoTime) {
    return new SteadyClock(wall.instant(), nanoTime, nanoTime.getAsLong(), ZoneOffset.UTC);
  }

  /** The same, or, where it is earlier by this clock, one for which it is that moment now. */
  SteadyClock notBefore(Instant earliest) {
    Instant now = instant();
    return earliest.isAfter(now)
        ? new SteadyClock(begin.plus(Duration.between(now, earliest)), nanoTime, origin, zone)
        : this;
  }

  @Override
  public Instant instant() {
    return begin.plusNanos(nanoTime.getAsLong() - origin);
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new SteadyClock(begin, nanoTime, origin, other);
  }
}
