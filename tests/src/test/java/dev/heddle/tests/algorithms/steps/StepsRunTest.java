package dev.heddle.tests.algorithms.steps;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class StepsRunTest {
  private static final String LOG =
      """
      a line of somebody else's
      starting attempt=1 from step=0 on algo-2 at 1795858043.000001
      step=1 loss=1.000000 attempt=1
      saved step=1
      step=2 loss=0.900000 attempt=1
      starting attempt=2 from step=1 on algo-2 at 1795858050.500000
      """;

  @Test
  void aLogTellsOfEachAttempt() {
    assertEquals(
        List.of(
            new StepsRun("algo-2", 1, 0, 1_795_858_043_000_001_000L, List.of(1, 2)),
            new StepsRun("algo-2", 2, 1, 1_795_858_050_500_000_000L, List.of())),
        StepsRun.parse(LOG.lines().toList()));
  }

  @Test
  void whatAnAttemptRepeatsIsWhatTheFormerOnesHadBeyondItsCheckpoint() {
    StepsRuns runs =
        new StepsRuns(
            List.of(
                new StepsRun("algo-1", 1, 0, 1, List.of(1, 2, 3)),
                new StepsRun("algo-2", 1, 0, 2, List.of(1, 2)),
                new StepsRun("algo-1", 2, 1, 4, List.of()),
                new StepsRun("algo-2", 2, 1, 3, List.of(2))));
    assertEquals(2, runs.attempts());
    assertEquals(2, runs.hosts(2));
    assertEquals(1, runs.training(2));
    assertEquals(4, runs.lastStart(2));
    assertEquals(List.of(1), runs.from(2));
    assertEquals(2, runs.repeated(2));
    assertEquals(0, runs.repeated(1));
  }
}
