package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
  @TempDir private Path directory;

  private static Result result(int seed, List<Fault> faults, List<String> broken) {
    return new Result(
        Plan.of(seed, faults, ChaosJob.HOSTS),
        broken.isEmpty(),
        true,
        seed % 7,
        List.of(1.5, 2.25),
        broken);
  }

  @Test
  void resultsOfSeveralInvocationsAreReadAsTheyWere() throws IOException {
    ResultsFile file = new ResultsFile(directory.resolve("results"));
    List<Fault> all = List.of(Fault.values());
    List<Fault> few = List.of(Fault.MASTER_KILLED, Fault.S3_RESETS);
    Result first = result(3, all, List.of());
    Result second = result(4, all, List.of("a \"process\" is left", "and more"));
    Result third = result(3, few, List.of());
    file.add(List.of(first, second), all);
    file.add(List.of(third), few);
    assertEquals(List.of(first, second, third), file.all());
  }
}
