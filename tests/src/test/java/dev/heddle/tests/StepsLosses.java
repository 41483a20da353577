package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is lost of a job, its model is the one that it would have made undisturbed: as far as it
 * can be lost in every runtime. The cluster is the subclass's, with a node more than a job takes.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class StepsLosses {
  protected static final StepsSample SAMPLE =
      StepsSample.in(Path.of(System.getProperty("heddle.home")));
  protected static final String VICTIM = "algo-2";
  protected static final int STEPS = 150;

  /** Takes longer than a checkpoint takes until it is in S3. */
  protected static final int INTERVAL = 30;

  protected static final int STEP_MILLIS = 100;

  /** For what takes a node away. */
  protected static final int LAST = 100;

  /** What the ApplicationMaster waits beyond an agent's lease. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** More than any host of {@link #smallHosts} may have. */
  private static final String TOO_MANY_MB = "2500";

  private static final Duration S3_AWAY =
      Duration.ofSeconds(Integer.getInteger("heddle.test.s3-away-seconds", 6));

  @TempDir private static Path temp;
  private static byte[] undisturbed;

  private final StepsSample sample;
  private final int hosts;
  private Jobs jobs;
  private EmbeddedCluster cluster;

  /**
   * @param hosts of each job, 2 or more
   */
  protected StepsLosses(StepsSample sample, int hosts) {
    this.sample = sample;
    this.hosts = hosts;
  }

  @BeforeAll
  static void trainUndisturbed(Jobs jobs) throws IOException, InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
    undisturbed =
        StepsHosts.alone(
            SAMPLE, temp, Map.of("steps", Integer.toString(STEPS), "checkpoint_interval", "0"));
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      jobs.put("digits/" + object.getKey(), new String(object.getValue(), StandardCharsets.UTF_8));
    }
  }

  @BeforeEach
  void take(Jobs itsJobs, EmbeddedCluster itsCluster) {
    jobs = itsJobs;
    cluster = itsCluster;
  }

  protected final Jobs jobs() {
    return jobs;
  }

  protected final EmbeddedCluster cluster() {
    return cluster;
  }

  protected final StepsJob submit(String name, Map<String, String> more, String... settings)
      throws IOException, InterruptedException {
    return submit(name, hosts, more, settings);
  }

  protected final StepsJob submit(
      String name, int ofHosts, Map<String, String> more, String... settings)
      throws IOException, InterruptedException {
    return StepsJob.submit(cluster, jobs, sample, name, ofHosts, hyperparameters(more), settings);
  }

  private static Map<String, String> hyperparameters(Map<String, String> more) {
    Map<String, String> hyperparameters = new HashMap<>();
    hyperparameters.put("steps", Integer.toString(STEPS));
    hyperparameters.put("checkpoint_interval", Integer.toString(INTERVAL));
    hyperparameters.put("step_millis", Integer.toString(STEP_MILLIS));
    hyperparameters.putAll(more);
    return hyperparameters;
  }

  /** Submits a job and waits until it has just saved something to go on from. */
  protected final StepsJob begin(String name) throws IOException, InterruptedException {
    StepsJob job = submit(name, Map.of());
    job.awaitSaved();
    return job;
  }

  protected static List<String> history(JsonNode job) {
    return StreamSupport.stream(job.path("SecondaryStatusTransitions").spliterator(), false)
        .map(transition -> transition.path("Status").asText())
        .toList();
  }

  protected static void assertModel(StepsJob job) throws IOException {
    job.assertModel(undisturbed);
  }

  /**
   * Started again, from checkpoints, and the description tells it.
   *
   * @param cause of the first attempt's end
   */
  protected final void assertRelaunched(StepsJob job, String cause)
      throws IOException, InterruptedException {
    assertRelaunched(job, cause, 0);
  }

  /**
   * @param unseen how many steps the algorithms may have made while nothing was saved any more
   */
  private void assertRelaunched(StepsJob job, String cause, int unseen)
      throws IOException, InterruptedException {
    JsonNode ended = job.awaitCompletion();
    assertModel(job);
    assertTrue(history(ended).contains("Restarting"), history(ended).toString());
    int attempts = ended.at("/Heddle/Attempt").asInt();
    assertTrue(attempts >= 2, ended.toPrettyString());
    StepsRuns runs = job.runs();
    assertEquals(attempts, runs.attempts());
    int most = INTERVAL + unseen;
    for (int attempt = 2; attempt <= attempts; attempt++) {
      assertEquals(hosts, runs.hosts(attempt));
      List<Integer> from = runs.from(attempt);
      assertEquals(1, from.size(), () -> "all hosts start from the same state: " + from);
      assertTrue(from.get(0) > 0, "from the latest checkpoint");
      int repeated = runs.repeated(attempt);
      assertTrue(repeated <= most, repeated + " steps were made again");
    }
    assertEquals(cause, ended.at("/Heddle/Attempts/0/Cause").asText(), ended.toPrettyString());
    String told = cause.toLowerCase(Locale.ROOT).replace('_', ' ');
    String text = jobs.run("describe", job.name()).out();
    assertTrue(
        Pattern.compile("(?m)^Attempts\\n +1 .*algo-.*: " + told + " \\(.*\\n +2 ")
            .matcher(text)
            .find(),
        text);
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
    cluster.s3().goAway();
    try {
      job.awaitStep(job.saved() + 2 * INTERVAL);
    } finally {
      cluster.s3().comeBack();
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
    return "heddle.instance-types=" + jobs.write("small-hosts.json", types);
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
    assertTrue(reason.contains("algo-" + hosts), reason);
  }

  @Test
  @Order(8)
  void anApplicationMasterThatIsKilledIsNotNoticedByTheTraining() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job =
        StepsJob.submitAndWait(
            cluster, jobs, sample, "kill-master", hosts, hyperparameters(Map.of()), waiting);
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
    cluster.stopNode(nodesWithoutMasters(job).iterator().next());
    assertRelaunched(job, "NODE_LOST");
    List<String> history = history(jobs.describe(job.name()));
    assertFalse(
        history.subList(history.indexOf("Restarting"), history.size()).contains("Pending"),
        () -> "the hosts were given back, and asked for again: " + history);
  }

  /** Where a job's hosts are, but for those where an ApplicationMaster is, too. */
  protected static Set<String> nodesWithoutMasters(StepsJob job)
      throws IOException, InterruptedException {
    Set<String> nodes = new HashSet<>(job.nodes());
    nodes.remove(job.masterNode());
    return nodes;
  }
}
