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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the sample {@code steps}, and the model that they make when nothing disturbs them. */
public abstract class StepsJobs {
  protected static final StepsSample SAMPLE =
      StepsSample.in(Path.of(System.getProperty("heddle.home")));
  protected static final String VICTIM = "algo-2";
  protected static final int STEPS = 150;

  /** Takes longer than a checkpoint takes until it is in S3. */
  protected static final int INTERVAL = 30;

  protected static final int STEP_MILLIS = 100;

  @TempDir private static Path temp;
  private static byte[] undisturbed;

  private final StepsSample sample;
  private final int hosts;
  private Jobs jobs;
  private EmbeddedCluster cluster;

  /**
   * @param hosts of each job, 2 or more
   */
  protected StepsJobs(StepsSample sample, int hosts) {
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

  protected final int hosts() {
    return hosts;
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

  /** Submits it with {@code --wait}; what comes of that is given to {@code waiting}. */
  protected final StepsJob submitAndWait(
      String name, Map<String, String> more, CompletableFuture<Jobs.Outcome> waiting) {
    return StepsJob.submitAndWait(
        cluster, jobs, sample, name, hosts, hyperparameters(more), waiting);
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

  /** In the first attempt, of which nothing was lost, by the first ApplicationMaster. */
  protected static void assertNotNoticed(StepsJob job) throws IOException {
    JsonNode ended = job.awaitCompletion();
    assertModel(job);
    assertFalse(history(ended).contains("Restarting"), history(ended).toString());
    assertEquals(1, ended.at("/Heddle/Attempt").asInt());
    assertEquals(1, job.runs().attempts());
    assertFalse(
        ended.at("/Heddle/Notes").toString().contains("another ApplicationMaster"),
        ended.toPrettyString());
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
  protected final void assertRelaunched(StepsJob job, String cause, int unseen)
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

  /** Where a job's hosts are, but for those where an ApplicationMaster is, too. */
  protected static Set<String> nodesWithoutMasters(StepsJob job)
      throws IOException, InterruptedException {
    Set<String> nodes = new HashSet<>(job.nodes());
    nodes.remove(job.masterNode());
    return nodes;
  }
}
