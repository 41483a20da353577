package dev.heddle.tests.algorithms.steps;

import dev.heddle.tests.embedded.ContainerLogs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All attempts of one job of the sample, on all hosts, as far as they are logged. */
public record StepsRuns(List<StepsRun> all) {
  public StepsRuns {
    all = List.copyOf(all);
  }

  public static StepsRuns read(ContainerLogs logs) throws IOException {
    List<StepsRun> runs = new ArrayList<>();
    for (Path file : logs.files()) {
      try {
        runs.addAll(StepsRun.parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1)));
      } catch (NoSuchFileException e) {
        // It went away meanwhile.
      }
    }
    return new StepsRuns(runs);
  }

  private Stream<StepsRun> of(int attempt) {
    return all.stream().filter(run -> run.attempt() == attempt);
  }

  /** The number of the latest attempt; 0 before the first. */
  public int attempts() {
    return all.stream().mapToInt(StepsRun::attempt).max().orElse(0);
  }

  /** How many hosts have started in the attempt. */
  public int hosts(int attempt) {
    return (int) of(attempt).map(StepsRun::host).distinct().count();
  }

  /** How many hosts have made a step in the attempt. */
  public int training(int attempt) {
    return (int) of(attempt).filter(run -> !run.steps().isEmpty()).count();
  }

  /** The steps from which the attempt's hosts went on; one, if they all saw the same. */
  public List<Integer> from(int attempt) {
    return of(attempt).map(StepsRun::from).distinct().sorted().toList();
  }

  /** When the attempt's last host started: nanoseconds since 1970. */
  public long lastStart(int attempt) {
    return of(attempt).mapToLong(StepsRun::started).max().orElseThrow();
  }

  /** The last step that any host has made in the attempt. */
  public int last(int attempt) {
    return of(attempt).mapToInt(StepsRun::last).max().orElse(0);
  }

  /** How many steps the attempt had to make once more. */
  public int repeated(int attempt) {
    int reached =
        all.stream().filter(r -> r.attempt() < attempt).mapToInt(StepsRun::last).max().orElse(0);
    return Math.max(0, reached - from(attempt).get(0));
  }
}
