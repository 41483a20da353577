package dev.heddle.tests.bench.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ActiveTimeTest {
  private static final long SECOND = 1_000_000_000L;

  private final ActiveTime clock = new ActiveTime();

  @Test
  void itStandsStillUntilItIsToldToGoOn() {
    assertEquals(0, clock.at(5 * SECOND));
    clock.resume(10 * SECOND);
    assertEquals(2, clock.at(12 * SECOND));
  }

  @Test
  void whatLiesBetweenTurnsIsNotCounted() {
    clock.resume(0);
    clock.pause(SECOND);
    assertEquals(1, clock.at(9 * SECOND));
    clock.resume(10 * SECOND);
    assertEquals(1.5, clock.at(10 * SECOND + SECOND / 2));
    clock.pause(11 * SECOND);
    assertEquals(2, clock.at(20 * SECOND));
  }

  @Test
  void toBeToldTwiceIsToBeToldOnce() {
    clock.resume(0);
    clock.resume(SECOND);
    clock.pause(2 * SECOND);
    clock.pause(3 * SECOND);
    assertEquals(2, clock.at(4 * SECOND));
  }
}
