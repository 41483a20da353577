package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.SmallDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Whatever is lost of a job, its model is the one that it would have made undisturbed: as far as it
 * can be lost in every runtime. The cluster is the subclass's, with a node more than a job takes.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class StepsLosses extends StepsJobs {
  /** For what takes a node away. */
  protected static final int LAST = 100;

  /** What the ApplicationMaster waits beyond an agent's lease. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** More than any host of {@link #smallHosts} may have. */
  private static final String TOO_MANY_MB = "2500";

  private static final Duration S3_AWAY =
      Duration.ofSeconds(Integer.getInteger("heddle.test.s3-away-seconds", 6));

  /**
   * @param hosts of each job, 2 or more
   */
  protected StepsLosses(StepsSample sample, int hosts) {
    super(sample, hosts);
  }

  @Test
  @Order(1)
  void anAlgorithmThatIsKilledFromOutsideStartsAgainWhereItsDataIs() throws Exception {
    StepsJob job = begin("kill-algorithm");
    Set<String> nodes = job.nodes();
    job.signalAlgorithm(VICTIM, "KILL");
    assertRelaunched(job, "KILLED");
    assertEquals(nodes, job.nodes());
  }

  @Test
  @Order(2)
  void anAgentThatIsKilled() throws Exception {
    StepsJob job = begin("kill-agent");
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job, "KILLED");
  }

  @Test
  @Order(3)
  void anAgentThatIsSilentBeyondItsLease() throws Exception {
    Duration lease = Duration.ofSeconds(3);
    // So slow that the silent host is given up before all is done.
    int pace = 3 * STEP_MILLIS;
    StepsJob job =
        submit(
            "stop-agent",
            Map.of("step_millis", Integer.toString(pace)),
            "heddle.agent.heartbeat=500ms",
            "heddle.agent.suspect-after=1s",
            "heddle.agent.lease=" + lease.toSeconds() + "s");
    job.awaitSaved();
    job.signalAgent(VICTIM, "STOP");
    assertRelaunched(job, "NODE_LOST", (int) lease.plus(MARGIN).plusSeconds(5).toMillis() / pace);
  }

  @Test
  @Order(4)
  void anS3ThatIsAwayForAWhileCostsNothing() throws Exception {
    int pace = (int) S3_AWAY.toMillis() / (2 * INTERVAL);
    StepsJob job = submit("s3-away", Map.of("step_millis", Integer.toString(pace)));
    job.awaitSaved();
    cluster().s3().goAway();
    try {
      job.awaitStep(job.saved() + 2 * INTERVAL);
    } finally {
      cluster().s3().comeBack();
    }
    JsonNode ended = job.awaitCompletion();
    assertModel(job);
    assertFalse(history(ended).contains("Restarting"), history(ended).toString());
    assertEquals(1, ended.at("/Heddle/Attempt").asInt());
    assertEquals(STEPS, job.saved(), "the last checkpoint is in S3");
  }

  /** Hosts that have less memory than the sample can be told to take. */
  private String smallHosts() throws IOException {
    String types = "{\"ml.m5.large\": {\"memoryMb\": 1024, \"vcores\": 1}}";
    return "heddle.instance-types=" + jobs().write("small-hosts.json", types);
  }

  @Test
  @Order(6)
  void anAlgorithmThatOnceTakesMoreMemoryThanItsHostHas() throws Exception {
    String step = Integer.toString(INTERVAL + INTERVAL / 2);
    StepsJob job =
        submit(
            "exhaust",
            Map.of("exhaust_step", step, "exhaust_mb", TOO_MANY_MB),
            smallHosts(),
            "heddle.restart.algorithm-attempts=1");
    assertRelaunched(job, "OUT_OF_MEMORY");
  }

  @Test
  @Order(7)
  void whoseHostHasTooLittleMemoryIsToldSoThoughItsPeersFailForTheLossOfIt() throws Exception {
    StepsJob job =
        submit(
            "exhaust-in-vain",
            Map.of("exhaust_step", "1", "exhaust_mb", TOO_MANY_MB),
            smallHosts());
    JsonNode ended = job.awaitEnd();
    assertEquals("Failed", ended.path("TrainingJobStatus").asText(), ended.toPrettyString());
    String reason = ended.path("FailureReason").asText();
    assertTrue(reason.startsWith("AlgorithmError: "), reason);
    assertTrue(reason.contains("used more memory than its instance type has"), reason);
    assertTrue(reason.contains("Choose a larger instance type"), reason);
    assertTrue(reason.contains("algo-" + hosts()), reason);
  }

  @Test
  @Order(8)
  void anApplicationMasterThatIsKilledIsNotNoticedByTheTraining() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job = submitAndWait("kill-master", Map.of(), waiting);
    job.awaitTraining();
    job.signalMaster("KILL");
    JsonNode ended = job.awaitCompletion();
    assertModel(job);
    assertFalse(history(ended).contains("Restarting"), history(ended).toString());
    assertEquals(1, ended.at("/Heddle/Attempt").asInt());
    assertEquals(1, job.runs().attempts());
    assertTrue(
        ended.at("/Heddle/Notes").toString().contains("another ApplicationMaster"),
        ended.toPrettyString());
    Jobs.Outcome outcome = waiting.get(1, TimeUnit.MINUTES);
    assertEquals(0, outcome.code(), "who waited all the time: " + outcome);
  }

  @Test
  @Order(9)
  void aNodeWhoseDiskIsFull() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "mounts need root");
    List<SmallDisk> disks = new ArrayList<>();
    Map<String, SmallDisk> byNode = new HashMap<>();
    try {
      for (String node : cluster().nodes()) {
        SmallDisk disk = SmallDisk.at(cluster().localDirectory(node), 500);
        disks.add(disk);
        byNode.put(node, disk);
      }
      StepsJob job = begin("disk-full");
      byNode.get(nodesWithoutMasters(job).iterator().next()).fill();
      assertRelaunched(job, "PLATFORM_ERROR");
    } finally {
      for (SmallDisk disk : disks) {
        disk.close();
      }
    }
  }

  @Test
  @Order(LAST)
  void aNodeThatGoesAway() throws Exception {
    StepsJob job = begin("stop-node");
    cluster().stopNode(nodesWithoutMasters(job).iterator().next());
    assertRelaunched(job, "NODE_LOST");
    List<String> history = history(jobs().describe(job.name()));
    assertFalse(
        history.subList(history.indexOf("Restarting"), history.size()).contains("Pending"),
        () -> "the hosts were given back, and asked for again: " + history);
  }
}
