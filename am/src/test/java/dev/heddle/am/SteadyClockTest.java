package dev.heddle.am;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private Instant wall = NOON;
  private long nanos = Long.MAX_VALUE - 5;

  private final SteadyClock clock = SteadyClock.from(new Wall(), () -> nanos);

  private final class Wall extends Clock {
    @Override
    public Instant instant() {
      return wall;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void itBeginsWithTheWallClockAndIgnoresItsSteps() {
    assertEquals(NOON, clock.instant());
    wall = NOON.plus(Duration.ofDays(1));
    pass(Duration.ofSeconds(3));
    assertEquals(NOON.plusSeconds(3), clock.instant());
    wall = NOON.minus(Duration.ofDays(400));
    pass(Duration.ofSeconds(3));
    assertEquals(NOON.plusSeconds(6), clock.instant());
  }

  @Test
  void itIsNeverEarlierThanWhatHasHappened() {
    pass(Duration.ofSeconds(1));
    Instant happened = NOON.plus(Duration.ofHours(1));
    SteadyClock later = clock.notBefore(happened);
    assertEquals(happened, later.instant());
    pass(Duration.ofSeconds(2));
    assertEquals(happened.plusSeconds(2), later.instant());
    assertEquals(NOON.plusSeconds(3), clock.notBefore(NOON).instant());
  }
}
