package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseTest {
  // System.nanoTime() may be anything, and may overflow.
  private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);
  private final Lease lease = new Lease(Duration.ofSeconds(60), Duration.ofMinutes(10), START);

  private static long at(long seconds) {
    return START + TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void withoutAnAnswerItIsLostWhenItEnds() {
    assertFalse(lease.lost(at(59)));
    assertTrue(lease.lost(at(60)));
    lease.answered(at(30));
    assertFalse(lease.lost(at(89)));
    assertTrue(lease.lost(at(90)));
    assertEquals(Duration.ofSeconds(60), lease.silence(at(90)));
  }

  @Test
  void whileNobodyIsInChargeItLastsForAsLongAsTheJobMayBeWithoutAMaster() {
    for (int second = 1; second < 900; second++) {
      lease.vacant(at(second));
      assertEquals(second >= 659, lease.lost(at(second)), "second " + second);
    }
  }

  @Test
  void onceAnotherMayBeInChargeItEndsAsItEndsForALostOne() {
    lease.vacant(at(300));
    assertFalse(lease.lost(at(359)));
    assertTrue(lease.lost(at(360)));
    lease.answered(at(400));
    assertFalse(lease.lost(at(401)));
  }
}
