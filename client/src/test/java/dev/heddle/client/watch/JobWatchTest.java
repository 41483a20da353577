package dev.heddle.client.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class JobWatchTest {
  @Test
  void aTrainingJobIsLookedAtLessOftenTheLongerTheUserHasWaited() {
    assertEquals(Duration.ofMillis(100), JobWatch.inTraining(Duration.ZERO));
    assertEquals(Duration.ofMillis(100), JobWatch.inTraining(Duration.ofSeconds(5)));
    assertEquals(Duration.ofMillis(160), JobWatch.inTraining(Duration.ofSeconds(8)));
    assertEquals(Duration.ofMillis(600), JobWatch.inTraining(Duration.ofSeconds(30)));
    assertEquals(Duration.ofSeconds(1), JobWatch.inTraining(Duration.ofSeconds(51)));
    assertEquals(Duration.ofSeconds(1), JobWatch.inTraining(Duration.ofDays(3)));
  }
}
