package dev.heddle.tests.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.SmallDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Does a fault to a running job, from its beginning to its end.
 *
 * @param disks by their nodes; empty unless one is to become full
 * @param over whether the job has ended
 */
record Striker(
    EmbeddedCluster cluster,
    ChaosJob job,
    String application,
    FaultyS3 s3,
    Map<String, SmallDisk> disks,
    BooleanSupplier over) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SHORTEST_SPELL = Duration.ofSeconds(3);
  private static final Duration SPELL = Duration.ofSeconds(12);

  /** What the ApplicationMaster waits beyond an agent's lease, and some more. */
  private static final Duration MARGIN = Duration.ofSeconds(13);

  Striker {
    disks = Map.copyOf(disks);
  }

  /**
   * @param began is called when it begins
   */
  void strike(Plan.Strike strike, Runnable began) throws IOException, InterruptedException {
    String host = "algo-" + strike.host();
    double size = strike.size();
    HostProcesses processes = job.processes(application);
    switch (strike.fault()) {
      case ALGORITHM_KILLED -> once(began, () -> processes.algorithm(job.name(), host), "KILL");
      case AGENT_KILLED -> once(began, () -> processes.agent(host), "KILL");
      case MASTER_KILLED -> once(began, processes::master, "KILL");
      case MASTER_KILLED_TWICE -> killTwoMasters(began, processes, size);
      case NODE_STOPPED -> stopNode(began, host, size);
      case PREEMPTED -> preempt(began, size);
      case S3_REFUSES -> spoil(began, FaultyS3.Manner.REFUSED, 0.6, size);
      case S3_DAWDLES -> spoil(began, FaultyS3.Manner.DELAYED, 1, size);
      case S3_RESETS -> spoil(began, FaultyS3.Manner.RESET, 0.4, size);
      case S3_TRUNCATES -> spoil(began, FaultyS3.Manner.TRUNCATED, 0.6, size);
      case DISK_FULL -> {
        SmallDisk disk = disks.get(node(host));
        began.run();
        disk.fill();
      }
      case AGENT_STOPPED -> {
        long agent = once(began, () -> processes.agent(host), "STOP");
        Thread.sleep(ChaosJob.LEASE.plusSeconds(1).plus(part(MARGIN, size)).toMillis());
        if (ProcessHandle.of(agent).isPresent()) {
          HostProcesses.signal(agent, "CONT");
        }
      }
      case CUT_SHORT -> cut(began, Duration.ofSeconds(1).plus(part(Duration.ofSeconds(2), size)));
      case CUT_LONG ->
          cut(began, ChaosJob.LEASE.plusSeconds(1).plus(part(Duration.ofSeconds(5), size)));
    }
  }

  private static Duration part(Duration of, double size) {
    return Duration.ofMillis((long) (of.toMillis() * size));
  }

  private interface Victim {
    long pid() throws IOException;
  }

  /** Signals a process as soon as there is one; its id. */
  private long once(Runnable began, Victim victim, String signal)
      throws IOException, InterruptedException {
    AtomicLong hit = new AtomicLong();
    IOException[] last = new IOException[1];
    Waiting.holds(
        PATIENCE,
        () -> {
          try {
            hit.set(victim.pid());
            began.run();
            HostProcesses.signal(hit.get(), signal);
            return true;
          } catch (IOException e) {
            hit.set(0);
            last[0] = e;
            return over.getAsBoolean();
          }
        });
    if (hit.get() == 0) {
      throw last[0];
    }
    return hit.get();
  }

  private void killTwoMasters(Runnable began, HostProcesses processes, double size)
      throws IOException, InterruptedException {
    String first = job.awaitMaster();
    once(began, processes::master, "KILL");
    Waiting.until(
        "another ApplicationMaster",
        PATIENCE.multipliedBy(2),
        () -> over.getAsBoolean() || job.master().filter(next -> !next.equals(first)).isPresent());
    Thread.sleep(part(Duration.ofSeconds(2), size).toMillis());
    once(() -> {}, processes::master, "KILL");
  }

  private String node(String host) throws IOException {
    for (JsonNode each : job.record().at("/Heddle/Hosts")) {
      if (each.path("Name").asText().equals(host)) {
        return each.path("Node").asText();
      }
    }
    throw new IOException("the record names no node of " + host);
  }

  private void stopNode(Runnable began, String host, double size)
      throws IOException, InterruptedException {
    String node = node(host);
    began.run();
    cluster.stopNode(node);
    Thread.sleep(part(Duration.ofSeconds(5), size).toMillis());
    cluster.startNode(node);
  }

  /** From one host to all of them. */
  private void preempt(Runnable began, double size) throws IOException, InterruptedException {
    int nodes = cluster.nodes().size() - 2 + (int) (size * ChaosJob.HOSTS);
    int before = Math.max(1, attempt());
    try (UrgentApplication urgent = UrgentApplication.start(cluster)) {
      began.run();
      urgent.hold(nodes, () -> over.getAsBoolean() || attempt() > before, SHORTEST_SPELL);
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  private int attempt() throws IOException {
    return job.record().at("/Heddle/Attempt").asInt();
  }

  private void spoil(Runnable began, FaultyS3.Manner manner, double chance, double size)
      throws IOException, InterruptedException {
    began.run();
    s3.misbehave(manner, chance);
    try {
      Waiting.holds(SHORTEST_SPELL.plus(part(SPELL, size)), over::getAsBoolean);
    } finally {
      s3.behave();
    }
  }

  private void cut(Runnable began, Duration time) throws IOException, InterruptedException {
    int port = Integer.parseInt(job.awaitMaster().replaceFirst(".*:", ""));
    began.run();
    try (NetworkCut cut = NetworkCut.to(port)) {
      Thread.sleep(time.toMillis());
    }
  }
}
