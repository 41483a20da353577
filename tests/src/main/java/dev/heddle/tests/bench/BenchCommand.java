package dev.heddle.tests.bench;

import dev.heddle.tests.bench.parity.ParityCommand;
import dev.heddle.tests.bench.pipe.PipeCommand;
import dev.heddle.tests.cli.EmbeddedLogging;
import dev.heddle.tests.cli.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

      tests/bench relaunch [--rounds N] [--hosts N] [--faults NAMES] [--policies NAMES]
                           [--json FILE]

      relaunch  a job of 3 hosts that trains and saves checkpoints, on one warm embedded cluster
                with YARN's default heartbeats: the time from the SIGKILL of one algorithm, or of
                one agent, to the first line of the next attempt's last host: of all hosts, or,
                under policy host, of the lost one alone. And from the SIGKILL of the
                ApplicationMaster, which no algorithm notices, until all agents report to the
                next one. A job for each. Needs /usr/bin/python3. Medians and ranges.

        --rounds N       measured rounds (default 5), after one that warms up
        --hosts N        hosts, and nodes of the cluster (default 3)
        --faults NAMES   what is killed, in turns (default algorithm,agent,master)
        --policies NAMES values of heddle.fault.policy, in turns (default job,host)
        --json FILE      also write every figure there

      tests/bench scale [--rounds N] [--hosts NUMBERS] [--json FILE]

      scale     what the ApplicationMaster does for one job on very many hosts, all of which start,
                a twentieth of which is lost in mid training, and which relaunches and completes:
                its supervisor, event loop, journal, record, answers to heartbeats and requests to
                YARN are the real ones; YARN, agents and time are simulated. Seconds from the
                first request to Completed, in a JVM of 1 GiB for each job.

        --rounds N       measured rounds (default 3), of all numbers in turns
        --hosts NUMBERS  hosts of a job (default 100,1000,10000)
        --json FILE      also write every figure there

      tests/bench pipe [--rounds N] [--sets NAMES] [--conditions a,b] [--only NAMES] [--json FILE]

      pipe      what heddle pipe brings into a FIFO beside its peers (rclone cat, aws s3 cp,
                Hadoop's S3A) and the limit, a program in C that only moves bytes: from an S3
                server of our own that wants signed requests, on this machine (a) as fast as it
                is, (b) with 30 ms to each first byte and 90 MB/s a connection. All write to the
                same reader behind a pipe of 1 MiB. Then Pipe mode against File mode. Medians,
                ranges, processor time, memory, and the targets. Needs gcc, 2 GiB of disk (and
                --train-gib more) and memory that caches them; about 40 minutes.

        --rounds N       measured rounds (default 5); in each, contenders take turns in another
                         order
        --sets NAMES     of 50mb,100mb,1gb,10kb,tls,train (default all)
        --conditions     of a,b (default both)
        --only NAMES     of limit,heddle,rclone,aws,s3a (default all)
        --gib N          what is read of large objects in a round (default 8)
        --peer-gib N     what peers, which are slow, read of them (default 1)
        --peer-objects N how many of the 10,000 small objects peers read (default 400; aws, which
                         is started for each, a twentieth)
        --train-gib N    what Pipe and File mode bring to the trainer (default 4)
        --verify         compare all bytes; the reader gets slower by that
        --seed N         of the contenders' order (default 1)
        --work DIR       for the content, logs and File mode's files; kept (default: a temporary
                         one)
        --json FILE      also write every figure there
      """
          + ParityCommand.HELP
          + """

          Exit codes: 0 measured, 1 a run failed, 2 wrong usage.
          """;

  private BenchCommand() {}

  public static void main(String[] args) throws InterruptedException {
    EmbeddedLogging.configure();
    System.exit(run(Arrays.asList(args)));
  }

  private static int run(List<String> arguments) throws InterruptedException {
    if (arguments.isEmpty() || arguments.get(0).startsWith("-") || asksHelp(arguments)) {
      boolean help = asksHelp(arguments);
      (help ? System.out : System.err).print(HELP);
      return help ? 0 : 2;
    }
    try {
      if (arguments.get(0).equals("pipe")) {
        PipeCommand.run(arguments.subList(1, arguments.size()));
        return 0;
      }
      if (arguments.get(0).equals("parity")) {
        ParityCommand.run(arguments.subList(1, arguments.size()));
        return 0;
      }
      if (arguments.get(0).equals("relaunch")) {
        relaunch(arguments.subList(1, arguments.size()));
        return 0;
      }
      if (arguments.get(0).equals("scale")) {
        scale(arguments.subList(1, arguments.size()));
        return 0;
      }
      Usage usage =
          Usage.parse(
              arguments.subList(1, arguments.size()),
              Set.of("--rounds", "--hosts", "--only", "--json"),
              Set.of("--docker"));
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

  private static void relaunch(List<String> arguments)
      throws Usage.WrongUsage, IOException, InterruptedException {
    Usage usage =
        Usage.parse(
            arguments, Set.of("--rounds", "--hosts", "--faults", "--policies", "--json"), Set.of());
    List<RelaunchRound.Fault> faults = new ArrayList<>();
    for (String name : usage.text("--faults").orElse("algorithm,agent,master").split(",", -1)) {
      faults.add(
          Arrays.stream(RelaunchRound.Fault.values())
              .filter(fault -> fault.name().toLowerCase(Locale.ROOT).equals(name))
              .findAny()
              .orElseThrow(
                  () ->
                      new Usage.WrongUsage(
                          "--faults '" + name + "' must be algorithm, agent or master")));
    }
    new RelaunchBench(
            usage.whole("--rounds", 5, 1, 1000),
            usage.whole("--hosts", 3, 2, 16),
            faults,
            List.of(usage.text("--policies").orElse("job,host").split(",", -1)),
            usage.text("--json").map(Path::of))
        .run();
  }

  private static void scale(List<String> arguments)
      throws Usage.WrongUsage, IOException, InterruptedException {
    Usage usage = Usage.parse(arguments, Set.of("--rounds", "--hosts", "--json"), Set.of());
    List<Integer> hosts = new ArrayList<>();
    for (String number : usage.text("--hosts").orElse("100,1000,10000").split(",", -1)) {
      try {
        hosts.add(Integer.valueOf(number));
      } catch (NumberFormatException e) {
        throw new Usage.WrongUsage("--hosts: '" + number + "' is no number");
      }
    }
    new ScaleBench(usage.whole("--rounds", 3, 1, 1000), hosts, usage.text("--json").map(Path::of))
        .run();
  }

  private static boolean asksHelp(List<String> arguments) {
    return arguments.contains("--help") || arguments.contains("-h");
  }
}
