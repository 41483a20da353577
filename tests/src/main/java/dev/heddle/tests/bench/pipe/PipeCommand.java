package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.cli.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** {@code tests/bench pipe}, from what the user typed. */
public final class PipeCommand {
  /** Beside the sets: Pipe against File. */
  private static final String TRAINING = "train";

  private PipeCommand() {}

  /**
   * @param arguments behind {@code pipe}
   * @throws Usage.WrongUsage when they can't be understood
   * @throws IOException when a run failed
   */
  public static void run(List<String> arguments)
      throws Usage.WrongUsage, IOException, InterruptedException {
    Usage usage =
        Usage.parse(
            arguments,
            Set.of(
                "--rounds",
                "--gib",
                "--peer-gib",
                "--peer-objects",
                "--train-gib",
                "--only",
                "--sets",
                "--conditions",
                "--seed",
                "--work",
                "--json"),
            Set.of("--verify"));
    Volume volume =
        new Volume(
            usage.number("--gib", 8, 0.001, 1000),
            usage.number("--peer-gib", 1, 0.001, 1000),
            usage.whole("--peer-objects", 400, 1, 10_000),
            usage.number("--train-gib", 4, 0.001, 1000));
    Set<DataSet> sets = EnumSet.noneOf(DataSet.class);
    boolean training = usage.text("--sets").isEmpty();
    for (String name : list(usage, "--sets")) {
      if (name.equals(TRAINING)) {
        training = true;
      } else {
        sets.add(
            DataSet.of(name)
                .orElseThrow(
                    () ->
                        new Usage.WrongUsage(
                            "--sets '"
                                + name
                                + "' must be of 50mb, 100mb, 1gb, 10kb, tls, train")));
      }
    }
    Set<String> only = list(usage, "--only");
    for (String name : only) {
      if (!PipeBench.names().contains(name)) {
        throw new Usage.WrongUsage(
            "--only '" + name + "' must be of " + String.join(", ", PipeBench.names()));
      }
    }
    Path work =
        usage.text("--work").isPresent()
            ? Path.of(usage.text("--work").get()).toAbsolutePath()
            : Files.createTempDirectory("heddle-bench-");
    try {
      new PipeBench(
              Path.of(System.getProperty("heddle.home")),
              usage.whole("--rounds", 5, 1, 1000),
              volume,
              only,
              usage.text("--sets").isEmpty() ? EnumSet.allOf(DataSet.class) : sets,
              conditions(usage),
              training,
              usage.has("--verify"),
              usage.whole("--seed", 1, 0, Integer.MAX_VALUE),
              work,
              usage.text("--json").map(Path::of))
          .run();
    } finally {
      if (usage.text("--work").isEmpty()) {
        remove(work);
      }
    }
  }

  private static Set<Condition> conditions(Usage usage) throws Usage.WrongUsage {
    Set<Condition> conditions = EnumSet.noneOf(Condition.class);
    for (String name : list(usage, "--conditions")) {
      try {
        conditions.add(Condition.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new Usage.WrongUsage("--conditions '" + name + "' must be of a, b");
      }
    }
    return conditions.isEmpty() ? EnumSet.allOf(Condition.class) : conditions;
  }

  /** The names that an option lists; none when it isn't there. */
  private static Set<String> list(Usage usage, String option) {
    return new LinkedHashSet<>(
        usage.text(option).map(text -> Arrays.asList(text.split(",", -1))).orElse(List.of()));
  }

  private static void remove(Path work) throws IOException {
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
