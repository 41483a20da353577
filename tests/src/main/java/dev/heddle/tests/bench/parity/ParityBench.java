package dev.heddle.tests.bench.parity;

import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.SampleImages;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.hadoop.yarn.client.api.YarnClient;

/**
 * Trains the sample in all cells and ways, round by round: all ways beside one and the same cluster
 * first, then by hand without one. In each round cells come in another order, and in each cell the
 * ways: what is compared is close in time.
 */
final class ParityBench {
  private static final int MOST_EPOCHS = 7_000;
  private static final int WARM_UP_EPOCHS = 5;

  /**
   * @param rounds 1 or more
   * @param seconds of the training loop that is measured
   * @param seed of all orders
   * @param results where each run goes at once; the runs that are there are not made again
   */
  record Plan(
      List<Cell> cells,
      Set<Way> ways,
      int rounds,
      double seconds,
      int seed,
      Optional<ResultsFile> results) {
    Plan {
      cells = List.copyOf(cells);
      ways = Set.copyOf(ways);
    }

    int mostHosts() {
      return cells.stream().mapToInt(Cell::hosts).max().orElseThrow();
    }
  }

  private final Plan plan;
  private final Path home;
  private final Path work;
  private final Sample sample = Sample.load();
  private final List<Run> runs;
  private final Map<Cell, Integer> epochs = new HashMap<>();
  private final Map<Way, Trainer> trainers = new EnumMap<>(Way.class);

  /**
   * @param home the source tree's root
   * @param work an empty directory that everybody may read
   */
  ParityBench(Plan plan, Path home, Path work) throws IOException {
    this.plan = plan;
    this.home = home;
    this.work = work;
    this.runs =
        plan.results().isPresent()
            ? new ArrayList<>(plan.results().get().all())
            : new ArrayList<>();
  }

  /** All runs, with those of earlier invocations, failed ones too. */
  List<Run> run() throws IOException, InterruptedException {
    if (isAnythingLeft()) {
      withCluster();
      rounds(false);
    }
    return List.copyOf(runs);
  }

  private void withCluster() throws IOException, InterruptedException {
    System.err.println("Starting a YARN cluster of " + plan.mostHosts() + " nodes ...");
    try (EmbeddedCluster cluster =
            EmbeddedCluster.start(
                new EmbeddedCluster.Options(
                        Optional.empty(),
                        plan.mostHosts(),
                        Map.of("yarn.nodemanager.delete.debug-delay-sec", "86400"))
                    .withDocker(DockerOptions.standard()));
        YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      DockerEngine engine = cluster.docker().orElseThrow();
      String image = SampleImages.image(Sample.NAME);
      new SampleImages(home, engine.host().toString()).build(Sample.NAME);
      ImageFiles files = ImageFiles.export(engine, image, work);
      NativeHosts byHand =
          new NativeHosts(sample, files.train(), Files.createDirectories(work.resolve("native")));
      HeddleJobs.put(cluster, sample);
      HeddleClient client = HeddleClient.of(cluster, HeddleClient.jarIn(home));
      Path scratch = Files.createDirectories(work.resolve("jobs"));
      trainers.put(Way.HAND, byHand);
      trainers.put(Way.BESIDE, byHand);
      trainers.put(
          Way.PROCESS,
          new HeddleJobs(cluster, yarn, client, scratch, sample, "file:" + files.directory()));
      trainers.put(Way.DOCKER, new HeddleJobs(cluster, yarn, client, scratch, sample, image));
      for (Way way : List.of(Way.PROCESS, Way.DOCKER)) {
        if (plan.ways().contains(way)) {
          System.err.println("Warming up: " + way.words());
          trainers
              .get(way)
              .train("warm-up-" + way.id(), new Cell(32, plan.mostHosts()), WARM_UP_EPOCHS);
        }
      }
      for (Cell cell : plan.cells()) {
        epochs.put(cell, epochs(cell, byHand));
      }
      rounds(true);
    }
  }

  /** So many that they take the time; those of an earlier run of the cell, if there is one. */
  private int epochs(Cell cell, NativeHosts byHand) throws IOException, InterruptedException {
    Optional<Run> earlier = runs.stream().filter(run -> run.cell().equals(cell)).findFirst();
    if (earlier.isPresent()) {
      return earlier.get().epochs();
    }
    double rate =
        slowest(byHand.train("epochs-of-" + name(0, cell, Way.HAND), cell, WARM_UP_EPOCHS));
    double counted = Math.max(1, Math.min(MOST_EPOCHS, plan.seconds() * rate / sample.rows()));
    int all = HostLog.epochs((int) Math.round(counted));
    System.err.printf(
        Locale.ROOT, "%s: %d epochs, because it trains %.0f rows/s%n", cell.text(), all, rate);
    return all;
  }

  private void rounds(boolean withCluster) throws IOException, InterruptedException {
    for (int round = 1; round <= plan.rounds(); round++) {
      Random order = new Random(plan.seed() * 1_000_003L + round);
      List<Cell> cells = new ArrayList<>(plan.cells());
      Collections.shuffle(cells, order);
      for (Cell cell : cells) {
        List<Way> ways =
            new ArrayList<>(
                plan.ways().stream()
                    .filter(way -> way.withCluster() == withCluster)
                    .sorted()
                    .toList());
        Collections.shuffle(ways, order);
        for (Way way : ways) {
          if (!isDone(round, cell, way)) {
            add(attempt(round, cell, way, epochs.get(cell)));
          }
        }
      }
    }
  }

  private boolean isDone(int round, Cell cell, Way way) {
    return runs.stream()
        .anyMatch(
            run ->
                run.succeeded()
                    && run.round() == round
                    && run.cell().equals(cell)
                    && run.way() == way);
  }

  private boolean isAnythingLeft() {
    for (int round = 1; round <= plan.rounds(); round++) {
      for (Cell cell : plan.cells()) {
        for (Way way : plan.ways()) {
          if (!isDone(round, cell, way)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private Run attempt(int round, Cell cell, Way way, int epochs) throws InterruptedException {
    try {
      Trainer.Trained trained = trainers.get(way).train(name(round, cell, way), cell, epochs);
      List<HostLog> hosts = trained.hosts();
      if (hosts.size() != cell.hosts()
          || hosts.stream().anyMatch(host -> host.rates().size() != epochs)) {
        throw new IOException(
            "the logs tell of "
                + hosts.stream().map(host -> host.rates().size()).toList()
                + " epochs of hosts");
      }
      double accuracy = hosts.get(0).accuracy();
      Optional<Run> other =
          runs.stream()
              .filter(run -> run.succeeded() && run.cell().equals(cell))
              .filter(run -> run.accuracy() != accuracy)
              .findFirst();
      if (other.isPresent()) {
        throw new IOException(
            "it made another model, of accuracy "
                + accuracy
                + " and not "
                + other.get().accuracy()
                + " as "
                + other.get().way().words());
      }
      return new Run(round, cell, way, epochs, slowest(trained), accuracy, trained.seconds(), "");
    } catch (IOException e) {
      return Run.failed(round, cell, way, epochs, String.valueOf(e.getMessage()));
    }
  }

  private static double slowest(Trainer.Trained trained) {
    return trained.hosts().stream().mapToDouble(HostLog::rate).min().orElseThrow();
  }

  private void add(Run run) throws IOException {
    System.err.printf(
        Locale.ROOT,
        "round %d  %-20s %-32s %s%n",
        run.round(),
        run.cell().text(),
        run.way().words(),
        run.succeeded()
            ? String.format(Locale.ROOT, "%.0f rows/s, %.1f s", run.rowsPerSecond(), run.seconds())
            : "failed: " + run.failure());
    // One that failed before has had its second chance.
    runs.removeIf(
        old ->
            !old.succeeded()
                && old.round() == run.round()
                && old.cell().equals(run.cell())
                && old.way() == run.way());
    runs.add(run);
    if (plan.results().isPresent()) {
      plan.results().get().add(run);
    }
  }

  private static String name(int round, Cell cell, Way way) {
    return String.join("-", way.id(), "b" + cell.batch(), "h" + cell.hosts(), "r" + round);
  }
}
