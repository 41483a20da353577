package dev.heddle.tests.bench;

import dev.heddle.tests.cli.EmbeddedLogging;
import dev.heddle.tests.cli.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** {@code tests/bench NAME}: measures Heddle beside its nearest peer, in one run. */
public final class BenchCommand {
  private static final String HELP =
      """
      tests/bench startup [--docker] [--rounds N] [--hosts N] [--only heddle|shell] [--json FILE]

      startup   a job of 3 hosts beside YARN's own distributed shell with the same command, in
                turns, on one warm embedded cluster with YARN's default heartbeats: the time from
                the submission to the first line of the last host's algorithm, and from the last
                host's end to the client's return. Medians, ranges, and the ratio of the medians.

        --docker     Heddle's hosts are Docker containers (root, Debian's docker.io); the
                     distributed shell's stay processes
        --rounds N   measured rounds (default 7), after one that warms up
        --hosts N    hosts, and nodes of the cluster (default 3)
        --only NAME  leave the other one out
        --json FILE  also write every figure there

      Exit codes: 0 measured, 1 a run failed, 2 wrong usage.
      """;

  private BenchCommand() {}

  public static void main(String[] args) throws InterruptedException {
    EmbeddedLogging.configure();
    System.exit(run(Arrays.asList(args)));
  }

  private static int run(List<String> arguments) throws InterruptedException {
    if (arguments.isEmpty() || arguments.get(0).startsWith("-")) {
      boolean help = arguments.contains("--help") || arguments.contains("-h");
      (help ? System.out : System.err).print(HELP);
      return help ? 0 : 2;
    }
    try {
      Usage usage =
          Usage.parse(
              arguments.subList(1, arguments.size()),
              Set.of("--rounds", "--hosts", "--only", "--json"),
              Set.of("--docker"));
      if (usage.help()) {
        System.out.print(HELP);
        return 0;
      }
      if (!arguments.get(0).equals("startup")) {
        throw new Usage.WrongUsage("there is no benchmark '" + arguments.get(0) + "'");
      }
      String only = usage.text("--only").orElse("");
      if (!Set.of("", "heddle", "shell").contains(only)) {
        throw new Usage.WrongUsage("--only '" + only + "' must be heddle or shell");
      }
      new StartupBench(
              usage.whole("--rounds", 7, 1, 1000),
              usage.whole("--hosts", 3, 1, 16),
              usage.has("--docker"),
              !only.equals("shell"),
              !only.equals("heddle"),
              usage.text("--json").map(Path::of))
          .run();
      return 0;
    } catch (Usage.WrongUsage e) {
      System.err.println("tests/bench: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      System.err.println("tests/bench: " + e.getMessage());
      return 1;
    }
  }
}
