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

/**
 * Trains the sample in all cells and ways, round by round: all ways beside one and the same cluster
 * first, in turns of seconds, then by hand without one. In each round cells come in another order.
 */
final class ParityBench {
  private static final int MOST_EPOCHS = 7_000;
  private static final int WARM_UP_EPOCHS = 5;
  private static final List<Way> JOBS = List.of(Way.PROCESS, Way.DOCKER);

  /** A training may be faster than the one by which its epochs were counted. */
  private static final double SPARE = 1.15;

  /** Jobs of both kinds, and hosts that were started by hand, are there at the same time. */
  private static final int HAND_PORT = 29_193;

  private static final int PROCESS_PORT = 29_194;
  private static final int DOCKER_PORT = 29_195;
  private static final int ENGINE_PORT = 29_196;

  /**
   * Of containers: as deep as that of a session of the machine. One level deeper they were slower,
   * probably because the scheduler shares processors out level by level.
   */
  private static final String CONTROL_GROUP = "/";

  /**
   * @param rounds 1 or more
   * @param seconds of training that are measured in each run
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
  private final Turns turns;

  /**
   * @param home the source tree's root
   * @param work an empty directory that everybody may read
   */
  ParityBench(Plan plan, Path home, Path work) throws IOException {
    this.plan = plan;
    this.home = home;
    this.work = work;
    this.turns = Turns.of(plan.seconds());
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
    // A job of each kind at a time, each host on a node of its own.
    int nodes = plan.mostHosts() * JOBS.size();
    System.err.println("Starting a YARN cluster of " + nodes + " nodes ...");
    try (EmbeddedCluster cluster =
        EmbeddedCluster.start(
            new EmbeddedCluster.Options(
                    Optional.empty(),
                    nodes,
                    Map.of("yarn.nodemanager.delete.debug-delay-sec", "86400"))
                .withDocker(DockerOptions.standard().controlGroup(CONTROL_GROUP)))) {
      DockerEngine engine = cluster.docker().orElseThrow();
      String image = SampleImages.image(Sample.NAME);
      new SampleImages(home, engine.host().toString()).build(Sample.NAME);
      ImageFiles files = ImageFiles.export(engine, image, work);
      HostsByHand byHand =
          new HostsByHand(
              sample,
              HostCommand.program(files.train()),
              HAND_PORT,
              Files.createDirectories(work.resolve("native")));
      HeddleJobs.put(cluster, sample);
      HeddleClient client = HeddleClient.of(cluster, HeddleClient.jarIn(home));
      Path scratch = Files.createDirectories(work.resolve("jobs"));
      trainers.put(Way.HAND, byHand);
      trainers.put(Way.BESIDE, byHand);
      trainers.put(
          Way.ENGINE,
          new HostsByHand(
              sample,
              HostCommand.container(engine, image),
              ENGINE_PORT,
              Files.createDirectories(work.resolve("containers"))));
      trainers.put(
          Way.PROCESS,
          new HeddleJobs(
              cluster, client, scratch, sample, "file:" + files.directory(), PROCESS_PORT));
      trainers.put(
          Way.DOCKER, new HeddleJobs(cluster, client, scratch, sample, image, DOCKER_PORT));
      for (Way way : JOBS) {
        if (plan.ways().contains(way)) {
          System.err.println("Warming up: " + way.words());
          trained(
              way,
              "warm-up-" + way.id(),
              new Cell(plan.cells().get(0).batch(), plan.mostHosts()),
              WARM_UP_EPOCHS);
        }
      }
      for (Cell cell : plan.cells()) {
        epochs.put(cell, epochs(cell));
      }
      rounds(true);
    }
  }

  private List<HostLog> trained(Way way, String name, Cell cell, int count)
      throws IOException, InterruptedException {
    try (Training training = trainers.get(way).start(name, cell, count)) {
      return training.await();
    }
  }

  /** So many that they outlast the turns; those of an earlier run of the cell, if there is one. */
  private int epochs(Cell cell) throws IOException, InterruptedException {
    Optional<Run> earlier = runs.stream().filter(run -> run.cell().equals(cell)).findFirst();
    if (earlier.isPresent()) {
      return earlier.get().epochs();
    }
    double rate =
        trained(Way.HAND, "epochs-of-" + name(0, cell, Way.HAND), cell, WARM_UP_EPOCHS).stream()
            .mapToDouble(HostLog::rate)
            .min()
            .orElseThrow();
    double inTurns = turns.seconds() * rate / sample.rowsOfAnEpoch(cell);
    int all = (int) Math.min(MOST_EPOCHS, Math.ceil(SPARE * inTurns) + 2);
    System.err.printf(
        Locale.ROOT, "%s: %d epochs, because it trains %.0f rows/s%n", cell.text(), all, rate);
    return all;
  }

  private void rounds(boolean withCluster) throws IOException, InterruptedException {
    List<Way> ways =
        plan.ways().stream().filter(way -> way.withCluster() == withCluster).sorted().toList();
    for (int round = 1; round <= plan.rounds(); round++) {
      Random order = new Random(plan.seed() * 1_000_003L + round);
      List<Cell> cells = new ArrayList<>(plan.cells());
      Collections.shuffle(cells, order);
      for (Cell cell : cells) {
        int number = round;
        // Those that took turns belong together.
        if (!ways.stream().allMatch(way -> isDone(number, cell, way))) {
          for (Run run : attempt(round, cell, ways, order)) {
            add(run);
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

  private List<Run> attempt(int round, Cell cell, List<Way> ways, Random order)
      throws InterruptedException {
    int count = epochs.get(cell);
    Map<Way, Training> trainings = new EnumMap<>(Way.class);
    try {
      for (Way way : ways) {
        trainings.put(way, trainers.get(way).start(name(round, cell, way), cell, count));
      }
      Map<Way, Double> rates = turns.take(trainings, order);
      List<Run> made = new ArrayList<>();
      for (Way way : ways) {
        double accuracy = accuracy(trainings.get(way).await(), cell, count);
        double rate = rates.get(way) * sample.rowsOfAnEpoch(cell);
        made.add(new Run(round, cell, way, count, rate, accuracy, ""));
      }
      return made;
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      return ways.stream().map(way -> Run.failed(round, cell, way, count, why)).toList();
    } finally {
      trainings.values().forEach(Training::close);
    }
  }

  /** Of a training that did what it was told to, and made the model that the others make. */
  private double accuracy(List<HostLog> hosts, Cell cell, int count) throws IOException {
    if (hosts.size() != cell.hosts()
        || hosts.stream().anyMatch(host -> host.rates().size() != count)) {
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
    return accuracy;
  }

  private void add(Run run) throws IOException {
    System.err.printf(
        Locale.ROOT,
        "round %d  %-20s %-32s %s%n",
        run.round(),
        run.cell().text(),
        run.way().words(),
        run.succeeded()
            ? String.format(Locale.ROOT, "%.0f rows/s", run.rowsPerSecond())
            : "failed: " + run.failure());
    // One that failed before, or its neighbour, has had its second chance.
    runs.removeIf(
        old ->
            old.round() == run.round() && old.cell().equals(run.cell()) && old.way() == run.way());
    runs.add(run);
    if (plan.results().isPresent()) {
      plan.results().get().add(run);
    }
  }

  private static String name(int round, Cell cell, Way way) {
    return String.join("-", way.id(), "b" + cell.batch(), "h" + cell.hosts(), "r" + round);
  }
}
