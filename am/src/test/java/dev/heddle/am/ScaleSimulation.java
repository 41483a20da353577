package dev.heddle.am;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.journal.Journal;
import dev.heddle.am.record.JobRecord;
import dev.heddle.am.rpc.AgentReplies;
import dev.heddle.am.rpc.SimulatedServer;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.FaultPolicy;
import dev.heddle.am.supervisor.JobPlan;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.am.yarn.SimulatedYarn;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentWire;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One job on very many hosts, of which a twentieth is lost at once in mid training: the real
 * supervisor, event loop, journal, record and answers to heartbeats, and the real owner of what is
 * asked of YARN; simulated nodes, agents and time. What agents say and hear is packed and unpacked
 * as for the network.
 */
public final class ScaleSimulation {
  private static final int WARM_UP = 50;
  private static final Duration TRAINING = Duration.ofMinutes(2);
  private static final Duration LOSS = Duration.ofSeconds(60);
  private static final int LOST_PERCENT = 5;
  private static final Duration BEAT = Duration.ofSeconds(1);

  /** A thousand a minute. */
  private static final Duration QUESTION = Duration.ofMillis(60);

  private final int hosts;
  private final VirtualTime time = new VirtualTime();
  private final Clock clock = time.clock();
  private final Random random;
  private final Map<String, SimulatedAgent> agents = new LinkedHashMap<>();
  private final SimulatedYarn yarn;
  private final Supervisor supervisor;
  private final JobLoop loop;
  private final JobDesk desk;
  private final AgentReplies replies;
  private final Journal journal;
  private long heartbeats;
  private long bytesOut;
  private long described;
  private boolean lossIsDue = true;

  /**
   * What came of it.
   *
   * @param seconds of the wall clock
   * @param peakMb of the heap
   */
  record Result(
      int hosts,
      SecondaryStatus end,
      int attempts,
      double seconds,
      long heartbeats,
      long bytesOut,
      long described,
      long peakMb) {

    private JsonNode json() {
      return JsonNodeFactory.instance
          .objectNode()
          .put("hosts", hosts)
          .put("end", end.wireName())
          .put("attempts", attempts)
          .put("seconds", seconds)
          .put("heartbeats", heartbeats)
          .put("mbToHosts", bytesOut >> 20)
          .put("described", described)
          .put("heapMb", peakMb);
    }
  }

  private ScaleSimulation(int hosts, java.nio.file.Path directory) throws IOException {
    this.hosts = hosts;
    this.random = new Random(hosts);
    this.yarn =
        new SimulatedYarn(
            hosts + hosts / 10, clock, new Random(1), event -> post(event), this::launch);
    JobPlan plan = plan(hosts);
    this.supervisor = new Supervisor(plan, 1, clock.instant());
    FileSystem files = FileSystem.getLocal(new Configuration());
    this.journal = new Journal(files, new Path(directory.toUri().toString(), "journal"), 1);
    JobRecord record =
        new JobRecord(
            Json.read("{\"TrainingJobName\":\"scale\"}"),
            "arn",
            "application_1_0001",
            "default",
            clock.instant(),
            "s3://bucket/model",
            allocation -> allocation);
    CheckpointListings none =
        new CheckpointListings(
            Optional.empty(),
            () -> {
              throw new IllegalStateException("no S3 here");
            },
            time,
            attempt -> {
              throw new IOException("no listing here");
            });
    // The algorithms leave nothing, so that nobody asks it anything.
    Artifacts artifacts = new Artifacts(() -> null, time);
    Cluster cluster = yarn;
    this.loop =
        new JobLoop(
            supervisor,
            journal::append,
            cluster,
            artifacts,
            none,
            view -> {
              Json.write(record.toJson(view, clock.instant()));
            },
            clock,
            time);
    this.desk =
        new JobDesk(
            loop,
            cluster,
            record,
            clock,
            none,
            false,
            (host, attempt) -> {
              throw new IllegalStateException("agents are not assigned here");
            });
    this.replies = SimulatedServer.replies(desk, hosts, Duration.ofSeconds(1));
  }

  private static JobPlan plan(int hosts) {
    return new JobPlan(
        "scale",
        "the logs of %s",
        hosts,
        "a host",
        true,
        Duration.ofMinutes(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofDays(1),
        Duration.ofMinutes(2),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(30),
        false,
        FaultPolicy.JOB,
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        5,
        0,
        ObjectUri.parse("s3://bucket/out/scale/output"),
        true,
        8 << 20);
  }

  /** Runs it to its end. */
  static Result run(int hosts) throws IOException, InterruptedException, ExecutionException {
    java.nio.file.Path directory = Files.createTempDirectory("scale");
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    long start = System.nanoTime();
    ScaleSimulation job = new ScaleSimulation(hosts, directory);
    job.yarn.ready();
    job.beat();
    job.describe();
    while (!job.loop.end().isDone() && job.time.step()) {
      // The next moment.
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    JobLoop.End end = job.loop.end().get();
    long peak =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum();
    job.journal.close();
    return new Result(
        hosts,
        end.status(),
        job.supervisor.attempt(),
        seconds,
        job.heartbeats,
        job.bytesOut,
        job.described,
        peak >> 20);
  }

  private void post(Event event) {
    loop.post(event);
  }

  private void beat() {
    time.after(
        BEAT,
        () -> {
          yarn.beat();
          loseSomeWhenDue();
          beat();
        });
  }

  private void describe() {
    time.after(
        QUESTION,
        () -> {
          try {
            described += desk.describe().isEmpty() ? 0 : 1;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          describe();
        });
  }

  /** Many nodes at once, when all have trained for a while. */
  private void loseSomeWhenDue() {
    if (!lossIsDue
        || agents.size() < hosts
        || agents.values().stream().anyMatch(a -> a.phase() != AgentPhase.RUNNING)) {
      return;
    }
    lossIsDue = false;
    time.after(
        LOSS,
        () -> {
          List<String> all = new ArrayList<>(agents.keySet());
          Collections.shuffle(all, random);
          for (String allocation : all.subList(0, Math.max(1, hosts * LOST_PERCENT / 100))) {
            agents.remove(allocation);
            yarn.lose(allocation);
          }
        });
  }

  private void launch(String allocation, String host) {
    SimulatedAgent agent =
        new SimulatedAgent(
            allocation, host, supervisor.attempt(), TRAINING, random, clock.instant());
    agents.put(allocation, agent);
    time.after(
        Duration.ofMillis(500 + random.nextInt(2_000)),
        () -> {
          loop.post(new Event.AgentJoined(allocation, "10.0.0.1", "eth0"));
          heartbeat(agent);
        });
  }

  private void heartbeat(SimulatedAgent agent) {
    if (agents.get(agent.allocation) != agent) {
      return;
    }
    try {
      byte[] said = AgentWire.bytes(agent.report(clock.instant()));
      AgentReply reply = replies.to(AgentWire.report(said));
      bytesOut += AgentWire.message(reply).toByteArray().length;
      heartbeats++;
      agent.take(reply, clock.instant());
      if (agent.left()) {
        agents.remove(agent.allocation);
        yarn.end(agent.allocation, AllocationEnd.Cause.EXITED);
        return;
      }
      time.after(reply.interval(), () -> heartbeat(agent));
    } catch (IOException e) {
      agents.remove(agent.allocation);
    }
  }

  /** {@code HOSTS ...}: for each, on a warm JVM, a line of JSON. */
  public static void main(String[] counts) throws Exception {
    run(WARM_UP);
    for (String count : counts) {
      System.gc();
      System.out.println(Json.write(run(Integer.parseInt(count)).json()));
    }
  }
}
