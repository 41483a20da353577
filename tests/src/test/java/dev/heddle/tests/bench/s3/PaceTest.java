package dev.heddle.tests.bench.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000;

  /** A byte takes 10 ns. */
  private final Pace pace = new Pace(1e8);

  @Test
  void aLateSleepIsMadeUpFor() {
    pace.begin(SECOND);
    assertEquals(SECOND + 1_000_000, pace.sent(100_000, SECOND));
    assertEquals(SECOND + 2_000_000, pace.sent(100_000, SECOND + 1_500_000));
  }

  @Test
  void idleTimeEarnsNothing() {
    pace.begin(SECOND);
    pace.sent(100_000, SECOND);
    pace.begin(10 * SECOND);
    assertEquals(10 * SECOND + 1_000_000, pace.sent(100_000, 10 * SECOND));
  }

  @Test
  void aClientThatReadsSlowlyEarnsLittle() {
    pace.begin(SECOND);
    assertEquals(2 * SECOND - 4_000_000, pace.sent(100_000, 2 * SECOND));
  }
}
