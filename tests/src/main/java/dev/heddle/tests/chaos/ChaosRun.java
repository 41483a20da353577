package dev.heddle.tests.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heddle.tests.algorithms.steps.StepsRun;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** One job, what happens to it, and what is found afterwards. */
final class ChaosRun {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration STRIKE_PATIENCE = Duration.ofMinutes(2);
  private static final Duration CLIENT_PATIENCE = Duration.ofMinutes(1);

  /** What the ApplicationMaster waits beyond a lease, and what it takes then. */
  private static final Duration UNSEEN = ChaosJob.LEASE.plusSeconds(15);

  private final EmbeddedCluster cluster;
  private final Plan plan;
  private final byte[] undisturbed;
  private final ChaosJob job;
  private final String application;
  private final KeptLogs logs;
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Struck> struck = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private List<String> statuses = List.of();

  private ChaosRun(
      EmbeddedCluster cluster,
      Plan plan,
      byte[] undisturbed,
      ChaosJob job,
      String application,
      KeptLogs logs) {
    this.cluster = cluster;
    this.plan = plan;
    this.undisturbed = undisturbed;
    this.job = job;
    this.application = application;
    this.logs = logs;
  }

  /** A fault that happens, or has happened. */
  private static final class Struck {
    private final Plan.Strike strike;
    private Future<?> done;
    private volatile long began;
    private int attempt;
    private Map<String, Integer> lines = Map.of();
    private long seen;

    Struck(Plan.Strike strike) {
      this.strike = strike;
    }
  }

  /**
   * @param directory for its logs
   */
  static Result of(
      EmbeddedCluster cluster,
      HeddleClient client,
      StepsSample sample,
      FaultyS3 s3,
      Plan plan,
      byte[] undisturbed,
      Path directory)
      throws IOException, InterruptedException {
    ExecutorService strikers = Executors.newCachedThreadPool();
    int spoiltBefore = s3.spoilt();
    try (Belongings belongings = new Belongings()) {
      if (plan.has(Fault.DISK_FULL)) {
        belongings.takeDisks(cluster);
      }
      ChaosJob job = ChaosJob.submit(cluster, client, sample, s3.endpoint(), plan, directory);
      belongings.take(job);
      String application = job.awaitApplication();
      ChaosRun run =
          new ChaosRun(
              cluster,
              plan,
              undisturbed,
              job,
              application,
              new KeptLogs(cluster.nodesDirectory(), application, directory));
      run.watch(
          strikers, new Striker(cluster, job, application, s3, belongings.disks(), run.over::get));
      return run.judge(belongings, s3.spoilt() - spoiltBefore);
    } finally {
      strikers.shutdownNow();
      s3.behave();
    }
  }

  /** Until the job has ended and all faults are over. */
  private void watch(ExecutorService strikers, Striker striker)
      throws IOException, InterruptedException {
    boolean ended =
        Waiting.holds(
            PATIENCE,
            () -> {
              logs.keep();
              look(job.record());
              StepsRuns runs = logs.runs();
              strikeAsPlanned(runs, strikers, striker);
              seeProgress(runs);
              return over.get();
            });
    if (!ended) {
      broken.add("the job did not end within " + PATIENCE.toSeconds() + " s");
    }
    over.set(true);
    for (Struck each : struck) {
      await(each);
    }
    if (!ended) {
      kill();
    }
    logs.keep();
  }

  private void look(JsonNode record) {
    List<String> now = ChaosJob.statuses(record);
    // While a local file system replaces the file there is none.
    if (!now.isEmpty() && !StatusCourse.continues(statuses, now)) {
      broken.add("the statuses were " + statuses + " and then " + now);
    }
    statuses = now.isEmpty() ? statuses : now;
    if (ChaosJob.hasEnded(record) || !job.waiting().isAlive()) {
      over.set(true);
    }
  }

  private void strikeAsPlanned(StepsRuns runs, ExecutorService strikers, Striker striker) {
    if (runs.training(1) < ChaosJob.HOSTS || over.get()) {
      return;
    }
    int step = runs.all().stream().mapToInt(StepsRun::last).max().orElse(0);
    for (Plan.Strike strike : plan.strikes()) {
      if (step >= strike.moment() * plan.mode().steps()
          && struck.stream().noneMatch(each -> each.strike.equals(strike))) {
        Struck next = new Struck(strike);
        struck.add(next);
        next.attempt = runs.attempts();
        next.lines = lines(runs);
        next.done =
            strikers.submit(
                () -> {
                  striker.strike(strike, () -> next.began = now());
                  return null;
                });
      }
    }
  }

  private static long now() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  /** How many steps each host has told of. */
  private static Map<String, Integer> lines(StepsRuns runs) {
    Map<String, Integer> lines = new HashMap<>();
    runs.all().forEach(run -> lines.merge(run.host(), run.steps().size(), Integer::sum));
    return lines;
  }

  private void seeProgress(StepsRuns runs) {
    Map<String, Integer> lines = lines(runs);
    for (Struck each : struck) {
      if (each.began == 0) {
        each.lines = lines;
        each.attempt = runs.attempts();
      } else if (each.seen == 0
          && each.lines.entrySet().stream()
              .allMatch(host -> lines.getOrDefault(host.getKey(), 0) > host.getValue())) {
        each.seen = now();
      }
    }
  }

  private void await(Struck each) throws InterruptedException {
    try {
      each.done.get(STRIKE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      broken.add(each.strike.fault().words() + ": it doesn't end");
    } catch (ExecutionException e) {
      // Where the job was faster there was nothing any more that it could happen to.
      if (each.began != 0 || !ChaosJob.hasEnded(recordOrNothing())) {
        broken.add(each.strike.fault().words() + ": " + e.getCause());
      }
      each.began = 0;
    }
  }

  private JsonNode recordOrNothing() {
    try {
      return job.record();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private void kill() throws IOException {
    job.waiting().destroy();
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      yarn.killApplication(ApplicationId.fromString(application));
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  private Result judge(Belongings belongings, int spoilt) throws IOException, InterruptedException {
    int code = job.awaitClient(CLIENT_PATIENCE);
    if (code != 0) {
      broken.add("heddle submit --wait ended with code " + code + ", not 0");
    }
    StepsRuns runs = logs.runs();
    JsonNode described = job.describe();
    Oracle oracle =
        new Oracle(described, runs, ChaosJob.HOSTS, plan.mode().steps(), mostRepeated());
    broken.addAll(oracle.broken());
    for (Struck each : struck) {
      // A fault that did nothing must not count as one that was survived.
      Fault fault = each.strike.fault();
      boolean felt = fault.isOfS3() ? spoilt > 0 : !fault.costsAnAttempt() || runs.attempts() > 1;
      if (each.began != 0 && !felt) {
        broken.add(fault.words() + ": nothing came of it");
      }
    }
    boolean same = Arrays.equals(undisturbed, model());
    if (!same) {
      broken.add("the model is another one");
    }
    belongings.giveDisksBack();
    broken.addAll(new Leftovers(cluster, job, application).found());
    int repeated = 0;
    for (int attempt = 2; attempt <= runs.attempts(); attempt++) {
      repeated += runs.from(attempt).isEmpty() ? 0 : runs.repeated(attempt);
    }
    return new Result(plan, oracle.completed(), same, repeated, again(runs), broken);
  }

  private int mostRepeated() {
    long unseen = plan.outlastsLease() ? UNSEEN.toMillis() / plan.mode().stepMillis() : 0;
    return plan.mode().interval() + (int) unseen;
  }

  private List<Double> again(StepsRuns runs) {
    List<Double> again = new ArrayList<>();
    for (Struck each : struck) {
      if (each.began != 0) {
        int next = each.attempt + 1;
        long back = runs.hosts(next) == 0 ? each.seen : runs.lastStart(next);
        if (back != 0) {
          again.add((back - each.began) / 1e9);
        }
      }
    }
    return again;
  }

  /** The model's bytes; empty when there is none. */
  private byte[] model() throws IOException {
    byte[] archive = cluster.s3().get(ChaosJob.BUCKET, job.modelKey()).orElse(new byte[0]);
    if (archive.length == 0) {
      return archive;
    }
    byte[] model = {};
    try (TarArchiveInputStream members =
        new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry member = members.getNextEntry();
          member != null;
          member = members.getNextEntry()) {
        if (member.isDirectory()) {
          continue;
        }
        if (member.getName().equals("model.json")) {
          model = members.readAllBytes();
        } else {
          broken.add("the model has a file " + member.getName());
        }
      }
    }
    return model;
  }
}
