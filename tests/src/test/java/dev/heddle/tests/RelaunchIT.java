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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptReport;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
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
  private static final int STEPS = 200;
  private static final int INTERVAL = 10;
  private static final int STEP_MILLIS = 100;

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

  /** Submits a job and waits until it has just saved something to go on from. */
  private StepsJob begin(String name, String... settings) throws IOException, InterruptedException {
    StepsJob job =
        StepsJob.submit(
            cluster,
            jobs,
            SAMPLE,
            name,
            Map.of(
                "steps", Integer.toString(STEPS),
                "checkpoint_interval", Integer.toString(INTERVAL),
                "step_millis", Integer.toString(STEP_MILLIS)),
            settings);
    job.awaitSavedBeyond(job.awaitSavedBeyond(0));
    return job;
  }

  private static List<String> history(JsonNode job) {
    return StreamSupport.stream(job.path("SecondaryStatusTransitions").spliterator(), false)
        .map(transition -> transition.path("Status").asText())
        .toList();
  }

  /**
   * @param unseen how long the algorithms may have gone on though nothing was saved any more
   */
  private void assertRelaunched(StepsJob job, Duration unseen)
      throws IOException, InterruptedException {
    JsonNode ended = job.awaitCompletion();
    job.assertModel(undisturbed);
    assertTrue(history(ended).contains("Restarting"), history(ended).toString());
    int attempts = ended.at("/Heddle/Attempt").asInt();
    assertTrue(attempts >= 2, ended.toPrettyString());
    StepsRuns runs = job.runs();
    assertEquals(attempts, runs.attempts());
    long most = INTERVAL + unseen.toMillis() / STEP_MILLIS;
    for (int attempt = 2; attempt <= attempts; attempt++) {
      assertEquals(RelaunchClusterExtension.HOSTS, runs.hosts(attempt));
      List<Integer> from = runs.from(attempt);
      assertEquals(1, from.size(), () -> "all hosts start from the same state: " + from);
      assertTrue(from.get(0) > 0, "from the latest checkpoint");
      int repeated = runs.repeated(attempt);
      assertTrue(repeated <= most, repeated + " steps were made again");
    }
    String text = jobs.run("describe", job.name()).out();
    assertTrue(Pattern.compile("(?im)^\\s*attempts?\\b").matcher(text).find(), text);
  }

  @Test
  @Order(1)
  void anAlgorithmThatIsKilledFromOutside() throws Exception {
    StepsJob job = begin("kill-algorithm");
    job.signalAlgorithm(VICTIM, "KILL");
    assertRelaunched(job, Duration.ZERO);
  }

  @Test
  @Order(2)
  void anAgentThatIsKilled() throws Exception {
    StepsJob job = begin("kill-agent");
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job, Duration.ZERO);
  }

  @Test
  @Order(3)
  void anAgentThatIsSilentBeyondItsLease() throws Exception {
    Duration lease = Duration.ofSeconds(3);
    StepsJob job =
        begin(
            "stop-agent",
            "heddle.agent.heartbeat=500ms",
            "heddle.agent.suspect-after=1s",
            "heddle.agent.lease=" + lease.toSeconds() + "s");
    job.signalAgent(VICTIM, "STOP");
    assertRelaunched(job, lease.plus(MARGIN).plusSeconds(5));
  }

  @Test
  @Order(4)
  void anS3ThatIsAwayForAWhileCostsNothing() throws Exception {
    StepsJob job = begin("s3-away");
    cluster.s3().goAway();
    try {
      job.awaitStep(job.saved() + 3 * INTERVAL);
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
    assertRelaunched(job, Duration.ofSeconds(1));
    assertTrue(job.runs().from(2).get(0) >= saved, "nothing that was saved is lost");
  }

  @Test
  @Order(6)
  void aNodeThatGoesAway() throws Exception {
    StepsJob job = begin("stop-node");
    String master = masterNode(job.application());
    String node = "";
    for (JsonNode host : jobs.describe(job.name()).at("/Heddle/Hosts")) {
      if (!host.path("Node").asText().equals(master)) {
        node = host.path("Node").asText();
      }
    }
    cluster.stopNode(node);
    // Its algorithm may run on for a moment when its agent has ended.
    assertRelaunched(job, Duration.ofSeconds(5));
  }

  /** Where the ApplicationMaster runs. */
  private String masterNode(String application) throws IOException {
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      ApplicationAttemptReport attempt =
          yarn.getApplicationAttempts(ApplicationId.fromString(application)).get(0);
      return yarn.getContainerReport(attempt.getAMContainerId()).getAssignedNode().toString();
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }
}
