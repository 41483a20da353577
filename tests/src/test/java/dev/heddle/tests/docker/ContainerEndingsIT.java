package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How jobs of Docker images end, and how they wait. */
@ExtendWith(DockerClusterExtension.class)
class ContainerEndingsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern TERM = Pattern.compile("TERM at ([0-9.]+)");

  private Jobs jobs;
  private EmbeddedCluster cluster;
  private Images images;

  @BeforeEach
  void take(Jobs itsJobs, DockerEngine engine, EmbeddedCluster itsCluster) {
    jobs = itsJobs;
    cluster = itsCluster;
    images = new Images(engine);
  }

  private void begin(JobFile job, String name, String... options)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome = jobs.submit(job, options);
    assertEquals(0, outcome.code(), outcome.toString());
    jobs.await(
        name, PATIENCE, described -> described.path("SecondaryStatus").asText().equals("Training"));
    Awaitility.await("the algorithm of " + name)
        .atMost(PATIENCE)
        .until(() -> jobs.run("logs", name, "--host", "algo-1").out().contains("step=1"));
  }

  @Test
  void aStopReachesProcessOneAtOnceAndALongSaveIsKept() throws Exception {
    begin(
        jobs.job("saves", images.sample("shell"))
            .hosts(2)
            .hyperparameters(Map.of("seconds", "300", "save_seconds", "20")),
        "saves");
    assertEquals(0, jobs.run("stop", "saves").code());
    JsonNode ended = jobs.awaitEnd("saves", PATIENCE);
    assertEquals("Stopped", ended.path("TrainingJobStatus").asText());
    Instant stopping = transition(ended, "Stopping");
    for (String host : new String[] {"algo-1", "algo-2"}) {
      Matcher term = TERM.matcher(jobs.run("logs", "saves", "--host", host).out());
      assertTrue(term.find(), "it heard TERM");
      long millis = new BigDecimal(term.group(1)).movePointRight(3).longValue();
      long late = millis - stopping.toEpochMilli();
      assertTrue(late < 2_000, late + " ms");
    }
    assertTrue(
        jobs.contents("out/saves/output/model.tar.gz").keySet().toString().contains("saved.txt"));
  }

  private static Instant transition(JsonNode job, String status) {
    for (JsonNode each : job.path("SecondaryStatusTransitions")) {
      if (each.path("Status").asText().equals(status)) {
        JsonNode time = each.path("StartTime");
        return Instant.ofEpochMilli(time.decimalValue().movePointRight(3).longValue());
      }
    }
    throw new AssertionError("no " + status + " in " + job);
  }

  @Test
  void anAlgorithmThatIgnoresTermIsKilledAtTheLimit() throws Exception {
    begin(
        jobs.job("ignores", images.sample("shell"))
            .hyperparameters(Map.of("seconds", "300", "ignore_term", "true")),
        "ignores",
        "--conf",
        "heddle.stop.grace=3s");
    Instant asked = Instant.now();
    assertEquals(0, jobs.run("stop", "ignores").code());
    JsonNode ended = jobs.awaitEnd("ignores", PATIENCE);
    assertEquals("Stopped", ended.path("TrainingJobStatus").asText());
    assertTrue(Duration.between(asked, Instant.now()).toSeconds() < 60);
    assertEquals(
        137, ended.path("Heddle").path("Hosts").path(0).path("ExitCode").asInt(), ended.toString());
  }

  @Test
  void oneHostsFailureIsTheReasonAndStopsTheOthers() throws Exception {
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job("one-fails", images.sample("shell"))
                .hosts(2)
                .hyperparameters(
                    Map.of(
                        "seconds@algo-1", "300",
                        "seconds@algo-2", "2",
                        "exit_code@algo-2", "3",
                        "failure@algo-2", "it broke")));
    assertEquals(1, outcome.code(), outcome.toString());
    JsonNode ended = jobs.describe("one-fails");
    assertEquals("Failed", ended.path("TrainingJobStatus").asText());
    String reason = ended.path("FailureReason").asText();
    assertTrue(reason.startsWith("AlgorithmError: it broke (algo-2, exit code 3"), reason);
  }

  @Test
  void theLoserOfAPortIsToldSo() throws Exception {
    String image =
        images.script(
            "listens",
            """
            exec perl -e '
              use Socket; $| = 1;
              socket(S, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
              bind(S, sockaddr_in(29555, INADDR_ANY)) or die "bind to port 29555: $!\n";
              listen(S, 1); print "step=1\n"; sleep 1 while 1'
            """);
    begin(jobs.job("has-port", image), "has-port", "--conf", "heddle.stop.grace=2s");
    try {
      Jobs.Outcome outcome = jobs.submitAndWait(jobs.job("wants-port", image));
      assertEquals(1, outcome.code(), outcome.toString());
      String reason = jobs.describe("wants-port").path("FailureReason").asText();
      assertTrue(reason.contains("another job on the same node may have the port"), reason);
    } finally {
      jobs.run("stop", "has-port");
      jobs.awaitEnd("has-port", PATIENCE);
    }
  }

  @Test
  void aDownloadThatOutlastsTheAllocationsExpiryEndsOnTheFirstAllocation() throws Exception {
    jobs.put("slow/a.csv", "1,2,3\n");
    JobFile job =
        jobs.job("slow", images.sample("shell"))
            .hosts(2)
            .channel("train", jobs.uri("slow/"), "FullyReplicated");
    Jobs.Outcome outcome = jobs.submit(job);
    assertEquals(0, outcome.code(), outcome.toString());
    cluster.s3().goAway();
    try {
      jobs.await(
          "slow", PATIENCE, described -> described.toString().contains("all 2 hosts allocated"));
      Instant allocated = Instant.now();
      // The ResourceManager takes back what is not launched after 20 s.
      Awaitility.await("longer than the expiry")
          .atMost(Duration.ofSeconds(40))
          .until(() -> Duration.between(allocated, Instant.now()).toSeconds() > 25);
      assertEquals("InProgress", jobs.describe("slow").path("TrainingJobStatus").asText());
    } finally {
      cluster.s3().comeBack();
    }
    JsonNode ended = jobs.awaitEnd("slow", PATIENCE);
    assertEquals("Completed", ended.path("TrainingJobStatus").asText(), ended.toString());
    assertTrue(
        jobs.run("logs", "slow", "--host", "algo-1").out().contains("/opt/ml/input/data/train"));
  }
}
