package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JobFile;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * When an agent dies the kernel closes its pipes, which an algorithm takes for the end of the
 * epoch. Here it runs in a container of its own and outlives its agent, so that it may well end as
 * if all had been there.
 */
@ExtendWith(DockerClusterExtension.class)
class ContainerPipeLossIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int BYTES = 40_000_000;

  /** Takes a part of the epoch, waits until nobody feeds it any more, then takes the rest. */
  private static final String READER =
      """
      exec perl -e '
        $| = 1; my $attempt = $ENV{HEDDLE_ATTEMPT}; my $all = 0; my $b;
        open(P, "/opt/ml/input/data/train_0") or die "$!";
        while ($all < 10_000_000) { my $n = sysread(P, $b, 65536) or die; $all += $n }
        print "attempt $attempt is in mid epoch\n";
        # A pipe that is full stays so until its writer is gone: then its end is seen.
        if ($attempt == 1) { $SIG{USR1} = sub { $go = 1 }; select(undef, undef, undef, 0.05) until $go }
        while (my $n = sysread(P, $b, 65536)) { $all += $n }
        print "attempt $attempt has read $all\n";
        open(M, ">/opt/ml/model/bytes") or die; print M $all; close M;
        ' MARK
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

  private static Optional<ProcessHandle> process(String program, String argument) {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").endsWith("/" + program))
        .filter(p -> p.info().commandLine().orElse("").contains(argument))
        .findFirst();
  }

  /** Kills the agent while its algorithm is in mid epoch, and lets that one go on. */
  private void loseAgent(String name, String... options) throws Exception {
    cluster.s3().put("tests", "pipe-loss/data", new byte[BYTES]);
    JobFile job = jobs.job(name, images.script(name, READER.replace("MARK", name)));
    job.pipe("train", "S3Prefix", jobs.uri("pipe-loss/"), "FullyReplicated");
    Jobs.Outcome outcome = jobs.submit(job, options);
    assertEquals(0, outcome.code(), outcome.toString());
    Awaitility.await("mid epoch")
        .atMost(PATIENCE)
        .until(() -> jobs.run("logs", name).out().contains("attempt 1 is in mid epoch"));
    String application = jobs.describe(name).at("/Heddle/ApplicationId").asText();
    long algorithm = process("perl", name).orElseThrow().pid();
    ProcessHandle agent =
        ProcessHandle.allProcesses()
            .filter(p -> p.info().command().orElse("").endsWith("/java"))
            .filter(p -> p.info().commandLine().orElse("").contains("--host algo-1"))
            .filter(
                p ->
                    p.info()
                        .commandLine()
                        .orElse("")
                        .contains(application.substring("application_".length())))
            .findFirst()
            .orElseThrow();
    assertTrue(agent.destroyForcibly());
    Awaitility.await("the agent's end").atMost(PATIENCE).until(() -> !agent.isAlive());
    new ProcessBuilder("kill", "-USR1", Long.toString(algorithm)).start().waitFor();
  }

  @Test
  void anEpochThatBrokeOffWithItsAgentIsNeverTakenForWhole() throws Exception {
    loseAgent("short-epoch", "--conf", "heddle.restart.platform-attempts=0");
    JsonNode end = jobs.awaitEnd("short-epoch", PATIENCE);
    assertEquals("Failed", end.path("TrainingJobStatus").asText(), end.toString());
    assertTrue(end.path("FailureReason").asText().startsWith("InternalServerError"), end::toString);
    assertTrue(cluster.s3().keys("tests", "out/short-epoch/output/model.tar.gz").isEmpty());
  }

  @Test
  void theNextAttemptReadsTheEpochFromItsBeginning() throws Exception {
    loseAgent("whole-epoch");
    JsonNode end = jobs.awaitEnd("whole-epoch", PATIENCE);
    assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toString());
    assertEquals(2, end.at("/Heddle/Attempt").asInt(), end.toString());
    assertEquals(
        Map.of("bytes", Integer.toString(BYTES)),
        jobs.contents("out/whole-epoch/output/model.tar.gz"));
  }
}
