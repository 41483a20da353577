package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.JobFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What follows when a host of Docker containers is lost. */
@ExtendWith(DockerClusterExtension.class)
class ContainerRelaunchIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern BEGIN = Pattern.compile("attempt (\\d+) from (\\d+)");

  /** Counts to the hundred in ten seconds, keeps the count after each step, and goes on from it. */
  private static final String COUNTER =
      """
      exec perl -e '
        use POSIX; $| = 1;
        open(R, "/opt/ml/input/config/resourceconfig.json") or die; my $r = join("", <R>);
        my ($host) = $r =~ /"current_host" *: *"([^"]*)"/;
        my $kept = "/opt/ml/checkpoints/$host"; my $n = 0;
        if (open(K, $kept)) { $n = <K> + 0; close K }
        print "attempt $ENV{HEDDLE_ATTEMPT} from $n\n";
        $SIG{TERM} = sub { print "saves at $n\n"; exit 143 };
        while ($n < 100) {
          select(undef, undef, undef, 0.1); $n++;
          open(T, ">$kept.tmp") or die "$!"; print T $n; close T; rename("$kept.tmp", $kept);
          print "step=$n\n";
        }
        open(M, ">/opt/ml/model/$host") or die "$!"; print M $n; close M' MARK
      """;

  private Jobs jobs;
  private EmbeddedCluster cluster;
  private Images images;

  @BeforeEach
  void take(Jobs itsJobs, EmbeddedCluster itsCluster, DockerEngine engine) {
    jobs = itsJobs;
    cluster = itsCluster;
    images = new Images(engine);
  }

  private ProcessHandle agent(String name, String host) throws Exception {
    String application = jobs.describe(name).at("/Heddle/ApplicationId").asText();
    String number = application.substring("application_".length());
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").endsWith("/java"))
        .filter(p -> p.info().commandLine().orElse("").contains("--host " + host))
        .filter(p -> p.info().commandLine().orElse("").contains(number))
        .findFirst()
        .orElseThrow();
  }

  private void begin(String name, String... options) throws Exception {
    String image = images.script(name, COUNTER.replace("MARK", name));
    JobFile job = jobs.job(name, image).hosts(2);
    job.json().putObject("CheckpointConfig").put("S3Uri", jobs.uri("checkpoints-" + name));
    Jobs.Outcome outcome = jobs.submit(job, options);
    assertEquals(0, outcome.code(), outcome.toString());
    jobs.awaitKeys("checkpoints-" + name + "/", 2);
    Awaitility.await("both run")
        .atMost(PATIENCE)
        .until(
            () ->
                process("perl", name).count() == 2
                    && jobs.run("logs", name, "--host", "algo-2").out().contains("step=20"));
  }

  private static Stream<ProcessHandle> process(String program, String mark) {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").endsWith("/" + program))
        .filter(p -> p.info().arguments().map(a -> a[a.length - 1].equals(mark)).orElse(false));
  }

  /** Completed, in two attempts, each host from where it was. */
  private JsonNode completed(String name, String cause) throws Exception {
    JsonNode end = jobs.awaitEnd(name, PATIENCE);
    assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toString());
    assertEquals(2, end.at("/Heddle/Attempt").asInt(), end.toString());
    assertEquals(cause, end.at("/Heddle/Attempts/0/Cause").asText(), end.toString());
    assertTrue(
        end.path("SecondaryStatusTransitions").toString().contains("Restarting"), end.toString());
    assertEquals(
        Map.of("algo-1", "100", "algo-2", "100"),
        new TreeMap<>(jobs.contents("out/" + name + "/output/model.tar.gz")));
    return end;
  }

  /** The count from which the host's second attempt began. */
  private int resumed(String name, String host) throws Exception {
    String log = jobs.run("logs", name, "--host", host).out();
    Matcher begins = BEGIN.matcher(log);
    return begins
        .results()
        .filter(begin -> begin.group(1).equals("2"))
        .map((MatchResult begin) -> Integer.parseInt(begin.group(2)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no second attempt in " + log));
  }

  @Test
  void aKilledAlgorithmAndItsPeerGoOnFromTheirCheckpointsOnTheSameNodes() throws Exception {
    begin("killed-algorithm");
    JsonNode before = jobs.describe("killed-algorithm").at("/Heddle/Hosts");
    Optional<ProcessHandle> victim = process("perl", "killed-algorithm").findFirst();
    assertTrue(victim.orElseThrow().destroyForcibly());
    JsonNode end = completed("killed-algorithm", "KILLED");
    assertTrue(resumed("killed-algorithm", "algo-1") > 0);
    assertTrue(resumed("killed-algorithm", "algo-2") > 0);
    for (int host = 0; host < 2; host++) {
      // Where its data is, whether or not its container ended with the algorithm.
      assertEquals(
          before.get(host).path("Node").asText(),
          end.at("/Heddle/Hosts/" + host + "/Node").asText());
    }
    String text = jobs.run("describe", "killed-algorithm").out();
    assertTrue(text.contains("Attempts"), text);
    assertTrue(text.contains(": killed ("), text);
  }

  @Test
  void aHostThatLosesItsAgentIsReplaced() throws Exception {
    begin("killed-agent");
    ProcessHandle agent = agent("killed-agent", "algo-2");
    assertTrue(agent.destroyForcibly());
    completed("killed-agent", "KILLED");
    assertTrue(resumed("killed-agent", "algo-1") > 0);
  }

  @Test
  void aHostWhoseAgentIsSilentBeyondItsLeaseIsReplaced() throws Exception {
    begin(
        "silent-agent",
        "--conf",
        "heddle.agent.heartbeat=500ms",
        "--conf",
        "heddle.agent.suspect-after=1s",
        "--conf",
        "heddle.agent.lease=3s");
    ProcessHandle agent = agent("silent-agent", "algo-2");
    HostProcesses.signal(agent.pid(), "STOP");
    try {
      completed("silent-agent", "NODE_LOST");
    } finally {
      agent.destroyForcibly();
    }
    assertTrue(resumed("silent-agent", "algo-1") > 0);
    assertTrue(resumed("silent-agent", "algo-2") > 0);
  }

  @Test
  void anApplicationMasterThatIsKilledIsNotNoticedByTheTraining() throws Exception {
    begin("killed-master");
    String application = jobs.describe("killed-master").at("/Heddle/ApplicationId").asText();
    HostProcesses.signal(new HostProcesses(application, "").master(), "KILL");
    JsonNode end = jobs.awaitEnd("killed-master", PATIENCE);
    assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toString());
    assertEquals(1, end.at("/Heddle/Attempt").asInt(), end.toString());
    assertTrue(
        end.at("/Heddle/Notes").toString().contains("another ApplicationMaster"), end::toString);
    assertEquals(
        Map.of("algo-1", "100", "algo-2", "100"),
        new TreeMap<>(jobs.contents("out/killed-master/output/model.tar.gz")));
  }

  @Test
  void anS3ThatIsAwayForAWhileCostsNothing() throws Exception {
    begin("no-s3");
    cluster.s3().goAway();
    try {
      Awaitility.await("more steps")
          .atMost(PATIENCE)
          .until(() -> jobs.run("logs", "no-s3", "--host", "algo-1").out().contains("step=60"));
    } finally {
      cluster.s3().comeBack();
    }
    JsonNode end = jobs.awaitEnd("no-s3", PATIENCE);
    assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toString());
    assertEquals(1, end.at("/Heddle/Attempt").asInt(), end.toString());
    for (String host : List.of("algo-1", "algo-2")) {
      assertEquals(
          "100",
          new String(jobs.object(jobs.uri("checkpoints-no-s3/" + host)), StandardCharsets.UTF_8));
    }
  }
}
