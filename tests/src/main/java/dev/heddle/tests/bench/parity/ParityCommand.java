package dev.heddle.tests.bench.parity;

import dev.heddle.tests.cli.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code tests/bench parity}, from what the user typed. */
public final class ParityCommand {
  public static final String HELP =
      """

      tests/bench parity [--rounds N] [--batch NUMBERS] [--hosts NUMBERS] [--ways NAMES]
                         [--seconds N] [--seed N] [--results FILE] [--report FILE]

      parity    the sample torch-ddp, rows a second while it trains: started by hand and by docker
                run beside an idle cluster, as a job of processes and as a job of Docker
                containers, in turns of seconds while the others are stopped; and, when the cluster
                is gone, by hand again.
                The same files, rows and epochs; the models must be equally good. Needs root and
                Debian's docker.io. A table in Markdown, with the ratios' ranges and every run;
                about an hour and a half.

        --rounds N       (default 7), in each of which cells come in another order
        --batch NUMBERS  rows of a host's step (default 32,128,256)
        --hosts NUMBERS  1 to 3 (default 1,2,3)
        --ways NAMES     of hand,beside,engine,process,docker (default all)
        --seconds N      of training that are measured in each run (default 8)
        --seed N         of the orders (default: a random one, which is printed)
        --results FILE   each run is added there at once; those that are there are not made again
        --report FILE    the table goes there (default: standard output)
      """;

  private ParityCommand() {}

  /**
   * @param arguments behind {@code parity}
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
                "--batch",
                "--hosts",
                "--ways",
                "--seconds",
                "--seed",
                "--results",
                "--report"));
    List<Cell> cells = new ArrayList<>();
    for (int batch : numbers(usage, "--batch", "32,128,256", 1, 100_000)) {
      for (int hosts : numbers(usage, "--hosts", "1,2,3", 1, 3)) {
        cells.add(new Cell(batch, hosts));
      }
    }
    ParityBench.Plan plan =
        new ParityBench.Plan(
            cells,
            ways(usage),
            usage.whole("--rounds", 7, 1, 1000),
            usage.number("--seconds", 8, 0.1, 3600),
            usage.whole("--seed", new Random().nextInt(1_000_000), 0, Integer.MAX_VALUE),
            usage.text("--results").map(Path::of).map(ResultsFile::new));
    System.err.println("seed " + plan.seed());
    Path work = Files.createTempDirectory("heddle-parity-");
    List<Run> runs;
    try {
      // Containers may run as somebody else.
      Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path home = Path.of(System.getProperty("heddle.home"));
      runs = new ParityBench(plan, home, work).run();
    } finally {
      remove(work);
    }
    String report = new Report(runs).text();
    Optional<String> file = usage.text("--report");
    if (file.isPresent()) {
      Files.writeString(Path.of(file.get()), report);
    } else {
      System.out.print(report);
    }
    long failed = runs.stream().filter(Predicate.not(Run::succeeded)).count();
    if (failed > 0) {
      throw new IOException(failed + " of " + runs.size() + " runs failed");
    }
  }

  private static Set<Way> ways(Usage usage) throws Usage.WrongUsage {
    Set<Way> ways = EnumSet.noneOf(Way.class);
    for (String name :
        usage.text("--ways").orElse("hand,beside,engine,process,docker").split(",", -1)) {
      ways.add(
          Stream.of(Way.values())
              .filter(way -> way.id().equals(name))
              .findAny()
              .orElseThrow(
                  () ->
                      new Usage.WrongUsage(
                          "--ways '"
                              + name
                              + "' must be of hand, beside, engine, process, docker")));
    }
    return ways;
  }

  private static List<Integer> numbers(
      Usage usage, String option, String preset, int least, int most) throws Usage.WrongUsage {
    List<Integer> numbers = new ArrayList<>();
    for (String text : usage.text(option).orElse(preset).split(",", -1)) {
      if (!text.matches("\\d{1,9}")
          || Integer.parseInt(text) < least
          || Integer.parseInt(text) > most) {
        throw new Usage.WrongUsage(
            option + " '" + text + "' must be whole numbers from " + least + " to " + most);
      }
      numbers.add(Integer.valueOf(text));
    }
    return numbers;
  }

  private static void remove(Path work) throws IOException {
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
