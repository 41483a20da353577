package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A few runs of {@code tests/chaos}, the same each time. */
class ChaosIT {
  private static final int SEED = 6;
  private static final int RUNS = 6;

  /** Those that don't take long. */
  private static final List<Fault> FAULTS =
      List.of(
          Fault.ALGORITHM_KILLED,
          Fault.AGENT_KILLED,
          Fault.MASTER_KILLED,
          Fault.S3_REFUSES,
          Fault.DISK_FULL,
          Fault.PREEMPTED);

  @Test
  void whateverHappensTheModelIsTheSameAndNothingIsLeftBehind() throws Exception {
    String obstacle = Chaos.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
    List<Result> results = run(Path.of("target/chaos"));
    assertEquals(
        List.of(),
        results.stream().filter(result -> !result.holds()).toList(),
        () -> Table.of(results));
  }

  private static List<Result> run(Path directory) throws IOException, InterruptedException {
    List<Fault> possible = Chaos.possible();
    return new Chaos(
            Path.of(System.getProperty("heddle.home")),
            Path.of(System.getProperty("heddle.jar")),
            FAULTS.stream().filter(possible::contains).toList(),
            directory.toAbsolutePath(),
            System.out)
        .run(SEED, RUNS);
  }
}
