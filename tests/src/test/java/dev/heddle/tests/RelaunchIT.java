package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsRun;
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
import java.util.Map;
import java.util.Optional;
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
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is lost of a job, its model is the one that it would have made undisturbed. */
@ExtendWith(RelaunchClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RelaunchIT {
  private static final StepsSample SAMPLE =
      StepsSample.in(Path.of(System.getProperty("heddle.home")));
  private static final String VICTIM = "algo-2";
  private static final int STEPS = 150;

  /** Takes longer than a checkpoint takes until it is in S3. */
  private static final int INTERVAL = 30;

  private static final int STEP_MILLIS = 100;

  /** Slow enough for a worker to come back before all is done. */
  private static final Map<String, String> ELASTIC =
      Map.of("tolerate", "true", "step_millis", Integer.toString(2 * STEP_MILLIS));

  /** The beginning of a table. */
  private static final Pattern ATTEMPTS = Pattern.compile("(?m)^Attempts\\n +1 .*algo-.*\\n +2 ");

  /** What the ApplicationMaster waits beyond an agent's lease. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  @TempDir private static Path temp;
  private static byte[] undisturbed;

  private Jobs jobs;
  private EmbeddedCluster cluster;

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

  private StepsJob submit(String name, Map<String, String> more, String... settings)
      throws IOException, InterruptedException {
    return submit(name, RelaunchClusterExtension.HOSTS, more, settings);
  }

  private StepsJob submit(String name, int hosts, Map<String, String> more, String... settings)
      throws IOException, InterruptedException {
    return StepsJob.submit(cluster, jobs, SAMPLE, name, hosts, hyperparameters(more), settings);
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
  private StepsJob begin(String name) throws IOException, InterruptedException {
    StepsJob job = submit(name, Map.of());
    job.awaitSaved();
    return job;
  }

  private static List<String> history(JsonNode job) {
    return StreamSupport.stream(job.path("SecondaryStatusTransitions").spliterator(), false)
        .map(transition -> transition.path("Status").asText())
        .toList();
  }

  private void assertRelaunched(StepsJob job) throws IOException, InterruptedException {
    assertRelaunched(job, 0);
  }

  /**
   * @param unseen how many steps the algorithms may have made while nothing was saved any more
   */
  private void assertRelaunched(StepsJob job, int unseen) throws IOException, InterruptedException {
    JsonNode ended = job.awaitCompletion();
    job.assertModel(undisturbed);
    assertTrue(history(ended).contains("Restarting"), history(ended).toString());
    int attempts = ended.at("/Heddle/Attempt").asInt();
    assertTrue(attempts >= 2, ended.toPrettyString());
    StepsRuns runs = job.runs();
    assertEquals(attempts, runs.attempts());
    int most = INTERVAL + unseen;
    for (int attempt = 2; attempt <= attempts; attempt++) {
      assertEquals(RelaunchClusterExtension.HOSTS, runs.hosts(attempt));
      List<Integer> from = runs.from(attempt);
      assertEquals(1, from.size(), () -> "all hosts start from the same state: " + from);
      assertTrue(from.get(0) > 0, "from the latest checkpoint");
      int repeated = runs.repeated(attempt);
      assertTrue(repeated <= most, repeated + " steps were made again");
    }
    String text = jobs.run("describe", job.name()).out();
    assertTrue(ATTEMPTS.matcher(text).find(), text);
  }

  @Test
  @Order(1)
  void anAlgorithmThatIsKilledFromOutside() throws Exception {
    StepsJob job = begin("kill-algorithm");
    job.signalAlgorithm(VICTIM, "KILL");
    assertRelaunched(job);
  }

  @Test
  @Order(2)
  void anAgentThatIsKilled() throws Exception {
    StepsJob job = begin("kill-agent");
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job);
  }

  @Test
  @Order(3)
  void anAgentThatIsSilentBeyondItsLease() throws Exception {
    Duration lease = Duration.ofSeconds(3);
    // So slow that nobody deletes what the silent host saved last before it is given up.
    int pace = 4 * STEP_MILLIS;
    StepsJob job =
        submit(
            "stop-agent",
            Map.of("step_millis", Integer.toString(pace)),
            "heddle.agent.heartbeat=500ms",
            "heddle.agent.suspect-after=1s",
            "heddle.agent.lease=" + lease.toSeconds() + "s");
    job.awaitSaved();
    job.signalAgent(VICTIM, "STOP");
    assertRelaunched(job, (int) lease.plus(MARGIN).plusSeconds(5).toMillis() / pace);
  }

  @Test
  @Order(4)
  void anS3ThatIsAwayForAWhileCostsNothing() throws Exception {
    StepsJob job = begin("s3-away");
    cluster.s3().goAway();
    try {
      job.awaitStep(job.saved() + 2 * INTERVAL);
    } finally {
      cluster.s3().comeBack();
    }
    JsonNode ended = job.awaitCompletion();
    job.assertModel(undisturbed);
    assertFalse(history(ended).contains("Restarting"), history(ended).toString());
    assertEquals(1, ended.at("/Heddle/Attempt").asInt());
    assertEquals(STEPS, job.saved(), "the last checkpoint is in S3");
  }

  @Test
  @Order(5)
  void anAlgorithmThatIsKilledWhileS3IsAway() throws Exception {
    StepsJob job = begin("s3-away-kill");
    int saved = job.saved();
    cluster.s3().goAway();
    try {
      job.signalAlgorithm(VICTIM, "KILL");
      jobs.await(
          job.name(),
          Duration.ofMinutes(1),
          described -> history(described).contains("Restarting"));
    } finally {
      cluster.s3().comeBack();
    }
    assertRelaunched(job);
    assertTrue(job.runs().from(2).get(0) >= saved, "nothing that was saved is lost");
  }

  @Test
  @Order(6)
  void whereHostsMayLeaveAndJoinTheLostOneAloneComesBack() throws Exception {
    StepsJob job = submit("elastic-host", ELASTIC, "heddle.fault.policy=host");
    job.awaitTraining();
    job.signalAgent(VICTIM, "KILL");
    job.awaitCompletion();
    job.assertSteps(STEPS);
    StepsRuns runs = job.runs();
    assertEquals(RelaunchClusterExtension.HOSTS, runs.hosts(1));
    assertEquals(
        List.of(VICTIM),
        runs.all().stream().filter(run -> run.attempt() > 1).map(StepsRun::host).toList());
  }

  @Test
  @Order(7)
  void whereOneHostMayBeMissingNobodyIsStartedAgain() throws Exception {
    StepsJob job = submit("elastic-tolerates", ELASTIC, "heddle.fault.policy=tolerate:34%");
    job.awaitTraining();
    job.signalAgent(VICTIM, "KILL");
    job.awaitCompletion();
    job.assertSteps(STEPS);
    assertEquals(1, job.runs().attempts());
  }

  @Test
  @Order(8)
  void anApplicationMasterThatIsKilledIsNotNoticedByTheTraining() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job =
        StepsJob.submitAndWait(
            cluster,
            jobs,
            SAMPLE,
            "kill-master",
            RelaunchClusterExtension.HOSTS,
            hyperparameters(Map.of()),
            waiting);
    job.awaitTraining();
    job.signalMaster("KILL");
    JsonNode ended = job.awaitCompletion();
    job.assertModel(undisturbed);
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
  @Order(8)
  void aNodeWhoseDiskIsFull() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "mounts need root");
    List<SmallDisk> disks = new ArrayList<>();
    Map<String, SmallDisk> byNode = new HashMap<>();
    try {
      for (String node : cluster.nodes()) {
        SmallDisk disk = SmallDisk.at(cluster.localDirectory(node), 500);
        disks.add(disk);
        byNode.put(node, disk);
      }
      StepsJob job = begin("disk-full");
      byNode.get(nodesWithoutMasters(job).iterator().next()).fill();
      assertRelaunched(job);
    } finally {
      for (SmallDisk disk : disks) {
        disk.close();
      }
    }
  }

  @Test
  @Order(9)
  void aNodeThatGoesAway() throws Exception {
    StepsJob job = begin("stop-node");
    cluster.stopNode(nodesWithoutMasters(job).iterator().next());
    assertRelaunched(job);
  }

  @Test
  @Order(10)
  void twoJobsOfWhichEachLosesAHostWhenOneNodeIsFree() throws Exception {
    for (int attempt = 1; ; attempt++) {
      StepsJob one = beginPair("two-one-" + attempt);
      StepsJob other = beginPair("two-other-" + attempt);
      Set<String> masters = new HashSet<>(List.of(one.masterNode(), other.masterNode()));
      Optional<String> ones = one.nodes().stream().filter(n -> !masters.contains(n)).findFirst();
      Optional<String> others =
          other.nodes().stream().filter(n -> !masters.contains(n)).findFirst();
      if (ones.isEmpty() || others.isEmpty()) {
        // Masters lie where the scheduler likes; this pair must go on until it ends.
        assertTrue(attempt < 5, "no pair of jobs lies as it should");
        jobs.run("stop", one.name());
        jobs.run("stop", other.name());
        one.awaitEnd();
        other.awaitEnd();
        continue;
      }
      one.awaitSaved();
      other.awaitSaved();
      cluster.stopNode(ones.get());
      cluster.stopNode(others.get());
      for (StepsJob job : List.of(one, other)) {
        JsonNode ended = job.awaitCompletion();
        job.assertModel(undisturbed);
        assertTrue(history(ended).contains("Restarting"), history(ended).toString());
      }
      return;
    }
  }

  /** A job of two hosts that gives what it can't use back soon. */
  private StepsJob beginPair(String name) throws IOException, InterruptedException {
    StepsJob job =
        submit(
            name,
            2,
            Map.of("step_millis", Integer.toString(3 * STEP_MILLIS)),
            "heddle.gang.timeout=10s",
            "heddle.gang.backoff.min=1s",
            "heddle.gang.backoff.max=5s");
    job.awaitTraining();
    return job;
  }

  /** Where a job's hosts are, but for those where an ApplicationMaster is, too. */
  private static Set<String> nodesWithoutMasters(StepsJob job)
      throws IOException, InterruptedException {
    Set<String> nodes = new HashSet<>(job.nodes());
    nodes.remove(job.masterNode());
    return nodes;
  }
}
