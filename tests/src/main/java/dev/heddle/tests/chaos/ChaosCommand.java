package dev.heddle.tests.chaos;

import dev.heddle.tests.cli.EmbeddedLogging;
import dev.heddle.tests.cli.Usage;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code tests/chaos}: jobs to which faults happen, and whether what must hold holds. */
public final class ChaosCommand {
  private static final String HELP =
      """
      tests/chaos [--seed N] [--runs N] [--faults NAMES] [--report FILE] [--results FILE]
                  [--keep DIR]

      Starts an embedded cluster of 6 nodes, and runs one job of the sample algorithm 'steps' on 3
      hosts after the other, in File and in Pipe mode, to each of which one fault happens at a
      random moment, and to some two. Afterwards each must have completed with the very model
      that it would have made undisturbed, and have left nothing behind. Needs /usr/bin/python3;
      some faults need root and iptables, and are left out without.

        --seed N       of the first run, each further one's is greater by one. A run is a function
                       of its seed: --seed N --runs 1 repeats it (default: a random one)
        --runs N       how many (default 60, which take about 40 minutes)
        --faults NAMES those to choose from (default: all that this machine can do); another
                       choice makes another run of a seed
        --report FILE  a table in Markdown goes there (default: standard output)
        --results FILE the results are added to those in the file, if there are any, and the
                       report and the exit code are about all of them
        --keep DIR     for the logs of runs that don't hold; in a run that holds nothing stays
                       there (default: a new one in the temporary directory)

      Faults:
      %s
      Exit codes: 0 every run held, 1 one or more did not, 2 wrong usage, 4 the cluster did not
      start.
      """;

  private static final int MOST_RUNS = 10_000;
  private static final int GREATEST_SEED = 1_000_000_000;

  private ChaosCommand() {}

  public static void main(String[] args) throws InterruptedException {
    EmbeddedLogging.configure();
    System.exit(run(Arrays.asList(args)));
  }

  private static int run(List<String> arguments) throws InterruptedException {
    try {
      Usage usage =
          Usage.parse(
              arguments, Set.of("--seed", "--runs", "--faults", "--report", "--results", "--keep"));
      if (usage.help()) {
        System.out.print(HELP.formatted(names()));
        return 0;
      }
      int seed = usage.whole("--seed", new Random().nextInt(1_000_000), 0, GREATEST_SEED);
      int runs = usage.whole("--runs", 60, 1, MOST_RUNS);
      List<Fault> faults = faults(usage.text("--faults"));
      Optional<String> obstacle = Chaos.obstacle();
      if (obstacle.isPresent()) {
        throw new Usage.WrongUsage(obstacle.get());
      }
      Path directory =
          usage.text("--keep").isPresent()
              ? Files.createDirectories(Path.of(usage.text("--keep").get()).toAbsolutePath())
              : Files.createTempDirectory("heddle-chaos-");
      System.err.printf("seed %d, %d runs, %d faults%n", seed, runs, faults.size());
      Path home = Path.of(System.getProperty("heddle.home"));
      List<Result> results =
          new Chaos(home, HeddleClient.jarIn(home), faults, directory, System.err).run(seed, runs);
      Optional<ResultsFile> file = usage.text("--results").map(Path::of).map(ResultsFile::new);
      if (file.isPresent()) {
        file.get().add(results, faults);
        results = file.get().all();
      }
      return report(results, directory, usage.text("--report").map(Path::of));
    } catch (Usage.WrongUsage e) {
      System.err.println("tests/chaos: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      System.err.println("tests/chaos: " + e.getMessage());
      return 4;
    }
  }

  private static int report(List<Result> results, Path directory, Optional<Path> report)
      throws IOException {
    String table = Table.of(results);
    if (report.isPresent()) {
      Files.writeString(report.get(), table);
    } else {
      System.out.print(table);
    }
    List<Result> broken = results.stream().filter(result -> !result.holds()).toList();
    if (!broken.isEmpty()) {
      System.err.println(
          "tests/chaos: "
              + broken.size()
              + " of "
              + results.size()
              + " runs did not hold: seeds "
              + broken.stream()
                  .map(result -> Integer.toString(result.plan().seed()))
                  .collect(Collectors.joining(", "))
              + "; their logs are in "
              + directory);
    }
    return broken.isEmpty() ? 0 : 1;
  }

  private static List<Fault> faults(Optional<String> names)
      throws Usage.WrongUsage, InterruptedException {
    if (names.isEmpty()) {
      List<Fault> possible = Chaos.possible();
      Stream.of(Fault.values())
          .filter(fault -> !possible.contains(fault))
          .forEach(fault -> System.err.println("left out, this machine can't: " + fault.words()));
      return possible;
    }
    List<String> wanted = List.of(names.get().split(",", -1));
    List<Fault> faults =
        Stream.of(Fault.values()).filter(fault -> wanted.contains(fault.option())).toList();
    if (faults.size() != wanted.size()) {
      throw new Usage.WrongUsage(
          "--faults '" + names.get() + "' must be some of the names that --help lists");
    }
    return faults;
  }

  private static String names() {
    return Stream.of(Fault.values())
        .map(fault -> String.format("  %-20s %s%n", fault.option(), fault.words()))
        .collect(Collectors.joining());
  }
}
