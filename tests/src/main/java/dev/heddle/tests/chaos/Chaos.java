package dev.heddle.tests.chaos;

import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.Queues;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Runs after each other on one embedded cluster.
 *
 * @param home the source tree
 * @param jar {@code heddle-VERSION.jar}
 * @param faults those to choose from
 * @param directory where the logs of runs lie that don't hold
 * @param out where each run is told of
 */
record Chaos(Path home, Path jar, List<Fault> faults, Path directory, PrintStream out) {
  private static final int NODES = 6;

  /** In percent: the urgent queue may take every node. */
  private static final int URGENT = 90;

  private static final int SHUTDOWN_SECONDS = 60;
  private static final int SHUTDOWN_PRIORITY = 100;

  Chaos {
    faults = List.copyOf(faults);
  }

  /** Why it can't be done here, but for some faults; empty when it can. */
  static Optional<String> obstacle() throws InterruptedException {
    return StepsSample.obstacle();
  }

  /** The faults that can be done on this machine. */
  static List<Fault> possible() throws InterruptedException {
    boolean root = "root".equals(System.getProperty("user.name"));
    boolean cuts = root && NetworkCut.obstacle().isEmpty();
    return Stream.of(Fault.values())
        .filter(fault -> root || !fault.wantsRoot())
        .filter(fault -> cuts || (fault != Fault.CUT_SHORT && fault != Fault.CUT_LONG))
        .toList();
  }

  /**
   * @param seed of the first run; each further one's is greater by one
   */
  List<Result> run(int seed, int runs) throws IOException, InterruptedException {
    StepsSample sample = StepsSample.in(home);
    Files.createDirectories(directory);
    Map<Mode, byte[]> undisturbed = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      undisturbed.put(mode, undisturbed(sample, mode));
    }
    List<Result> results = new ArrayList<>();
    EmbeddedCluster.Options options =
        new EmbeddedCluster.Options(Optional.of(directory.resolve("cluster")), NODES, properties());
    EmbeddedCluster started = EmbeddedCluster.start(options);
    Runnable stop = () -> stop(started);
    // For Ctrl-C: no process is left behind then either.
    ShutdownHookManager.get()
        .addShutdownHook(stop, SHUTDOWN_PRIORITY, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    try (started;
        FaultyS3 s3 = FaultyS3.before(started.s3().endpoint(), seed)) {
      run(started, s3, sample, undisturbed, seed, runs, results);
    } finally {
      ShutdownHookManager.get().removeShutdownHook(stop);
    }
    if (results.stream().allMatch(Result::holds)) {
      delete(directory);
    }
    return results;
  }

  private void run(
      EmbeddedCluster cluster,
      FaultyS3 s3,
      StepsSample sample,
      Map<Mode, byte[]> undisturbed,
      int seed,
      int runs,
      List<Result> results)
      throws IOException, InterruptedException {
    cluster.s3().createBucket(ChaosJob.BUCKET);
    Digits.load()
        .objects()
        .forEach((key, content) -> cluster.s3().put(ChaosJob.BUCKET, "digits/" + key, content));
    HeddleClient client = HeddleClient.of(cluster, jar);
    for (int run = 0; run < runs; run++) {
      Plan plan = Plan.of(seed + run, faults, ChaosJob.HOSTS);
      Path logs = Files.createDirectories(directory.resolve("run-" + plan.seed()));
      int spoilt = s3.spoilt();
      long began = System.nanoTime();
      Result result;
      try {
        result = ChaosRun.of(cluster, client, sample, s3, plan, undisturbed.get(plan.mode()), logs);
      } catch (IOException e) {
        result = Result.none(plan, e.toString());
      }
      results.add(result);
      tell(result, s3.spoilt() - spoilt, Duration.ofNanos(System.nanoTime() - began), logs);
      if (result.holds()) {
        delete(logs);
      }
    }
  }

  private static void stop(EmbeddedCluster cluster) {
    try {
      cluster.close();
    } catch (IOException | RuntimeException e) {
      System.err.println("tests/chaos: " + e.getMessage());
    }
  }

  private byte[] undisturbed(StepsSample sample, Mode mode)
      throws IOException, InterruptedException {
    Path alone = directory.resolve("alone");
    Map<String, String> hyperparameters = new HashMap<>(mode.hyperparameters());
    hyperparameters.put("step_millis", "0");
    byte[] model = StepsHosts.alone(sample, alone, hyperparameters);
    delete(alone);
    return model;
  }

  private static Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>(Queues.withUrgent(URGENT));
    properties.put("yarn.resourcemanager.am.max-attempts", "10");
    return properties;
  }

  private void tell(Result result, int spoilt, Duration time, Path logs) {
    Plan plan = result.plan();
    String what =
        plan.strikes().stream()
            .map(
                strike ->
                    String.format(
                        Locale.ROOT,
                        "%s (at %.0f %%, algo-%d)",
                        strike.fault().words(),
                        strike.moment() * 100,
                        strike.host()))
            .collect(Collectors.joining("; "));
    String again =
        result.again().stream()
            .map(seconds -> String.format(Locale.ROOT, "%.1f", seconds))
            .collect(Collectors.joining(", "));
    out.printf(
        Locale.ROOT,
        "%s  seed %d, %s: %s: %d steps made again, training again after %s s%s, %d s in all%n",
        result.holds() ? "holds " : "BROKEN",
        plan.seed(),
        plan.mode().words(),
        what,
        result.repeated(),
        again.isEmpty() ? "–" : again,
        spoilt == 0 ? "" : ", " + spoilt + " requests to S3 spoilt",
        time.toSeconds());
    result.broken().forEach(sentence -> out.println("        " + sentence));
    if (!result.holds()) {
      out.println("        logs: " + logs);
    }
    out.flush();
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
