package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every row of the troubleshooting table in conf/README.md. */
@ExtendWith(DockerClusterExtension.class)
class TroubleshootingIT {
  private Jobs jobs;
  private DockerEngine engine;
  private Images images;

  @BeforeEach
  void take(Jobs itsJobs, DockerEngine itsEngine) {
    jobs = itsJobs;
    engine = itsEngine;
    images = new Images(engine);
  }

  /** The reason of a job of one host that must fail. */
  private String reason(String name, String image, String... options)
      throws IOException, InterruptedException {
    return reason(jobs.job(name, image), name, options);
  }

  private String reason(JobFile job, String name, String... options)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome = jobs.submit(job, options);
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode ended = jobs.awaitEnd(name, Duration.ofMinutes(2));
    assertEquals("Failed", ended.path("TrainingJobStatus").asText());
    return ended.path("FailureReason").asText();
  }

  private static void assertReason(String reason, String start, String... words) {
    assertTrue(reason.startsWith(start), reason);
    for (String word : words) {
      assertTrue(reason.contains(word), reason);
    }
    assertTrue(reason.contains("algo-1"), reason);
  }

  @Test
  void anImageThatIsNotTrustedIsNamedThoughItsAlgorithmEndedWell() throws Exception {
    images.tag(images.sample("shell"), "other/shell");
    assertReason(
        reason("untrusted", "other/shell"),
        "ClientError: The image 'other/shell' is not from a registry",
        "docker.trusted.registries");
  }

  @Test
  void anUntrustedImageThatWantsGpusIsNamedToo() throws Exception {
    images.tag(images.sample("shell"), "other/shell");
    Path types =
        jobs.write(
            "untrusted-types.json",
            "{\"ml.one-gpu\": {\"memoryMb\": 1024, \"vcores\": 1, \"gpus\": 1}}");
    JobFile job = jobs.job("untrusted-gpu", "other/shell");
    job.instanceType("ml.one-gpu");
    assertReason(
        reason(job, "untrusted-gpu", "--conf", "heddle.instance-types=" + types),
        "ClientError: The image 'other/shell' is not from a registry",
        "docker.trusted.registries");
  }

  @Test
  void anImageThatIsNotThereIsNamed() throws Exception {
    assertReason(
        reason("missing-image", "local/nothing:7"),
        "ClientError: The image 'local/nothing:7' can't be found");
  }

  @Test
  void aProgramThatIsNotInTheImageIsNamed() throws Exception {
    JobFile job = jobs.job("missing-train", images.sample("shell"));
    job.entrypoint("fit");
    assertReason(
        reason(job, "missing-train"),
        "ClientError: The image 'local/shell' has no executable program 'fit'");
  }

  @Test
  void aProgramThatCantBeExecutedIsNamed() throws Exception {
    String image = images.program("no-mode", "#!/bin/sh\n", "rw-r--r--");
    JobFile job = jobs.job("no-mode", image);
    job.entrypoint("/usr/local/bin/train");
    assertReason(
        reason(job, "no-mode"),
        "ClientError: The program '/usr/local/bin/train' of the image 'local/no-mode' can't be");
  }

  @Test
  void mountsThatAreNotAllowedAreTheAdministrators() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.allowed.rw-mounts=", "/nowhere")) {
      assertReason(
          reason("no-mounts", image),
          "ClientError: The nodes don't allow the mounts of a training job",
          "docker.allowed.rw-mounts");
    }
  }

  @Test
  void aNetworkThatTheNodeManagerDoesNotAllowIsNamed() throws Exception {
    assertReason(
        reason("nm-network", images.sample("shell"), "--conf", "heddle.docker.network=blue"),
        "ClientError: The nodes don't allow the Docker network 'blue'",
        "allowed-container-networks",
        "docker.allowed.networks");
  }

  @Test
  void aNetworkThatTheExecutorDoesNotAllowIsNamed() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.allowed.networks=", "none")) {
      assertReason(
          reason("cfg-network", image),
          "ClientError: The nodes don't allow the Docker network 'host'",
          "docker.allowed.networks");
    }
  }

  @Test
  void aUserWhomTheNodesRefuseIsTold() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "min.user.id=", "100000")) {
      Jobs.Outcome outcome = jobs.submitAndWait(jobs.job("refused-user", image));
      assertEquals(1, outcome.code(), outcome.toString());
      JsonNode ended = jobs.describe("refused-user");
      String reason = ended.path("FailureReason").asText();
      assertTrue(reason.contains("min.user.id"), reason);
      assertFalse(reason.contains("internal error"), reason);
    }
  }

  @Test
  void nodesWithoutDockerAreTold() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "[docker]\n  module.enabled=", "false")) {
      assertReason(
          reason("no-docker", image),
          "ClientError: The nodes don't run Docker containers",
          "module.enabled");
    }
  }

  @Test
  void aNodeWithoutRoomForTheAgentIsAvoidedAndTold() throws Exception {
    Path types = jobs.write("types.json", "{\"ml.full\": {\"memoryMb\": 11264, \"vcores\": 1}}");
    JobFile job = jobs.job("no-room", images.sample("shell")).hosts(3);
    job.instanceType("ml.full");
    Jobs.Outcome outcome =
        jobs.submit(
            job,
            "--conf",
            "heddle.instance-types=" + types,
            "--conf",
            "heddle.agent.placement-timeout=2s",
            "--conf",
            "heddle.gang.timeout=10s");
    assertEquals(0, outcome.code(), outcome.toString());
    jobs.await(
        "no-room",
        Duration.ofMinutes(1),
        described -> described.toString().contains("found no room on the node"));
    assertEquals(0, jobs.run("stop", "no-room").code());
    assertEquals(
        "Stopped",
        jobs.awaitEnd("no-room", Duration.ofMinutes(1)).path("TrainingJobStatus").asText());
  }

  @Test
  void anEndThatYarnTellsLateIsTold() throws Exception {
    String image = images.script("late", "sleep 5");
    try (var rules = ExecutorRules.change(engine, "docker.inspect.max.retries=", "6")) {
      Jobs.Outcome outcome = jobs.submitAndWait(jobs.job("late", image));
      assertEquals(0, outcome.code(), outcome.toString());
    }
    String notes = jobs.describe("late").path("Heddle").path("Notes").toString();
    assertTrue(notes.contains("algo-1: YARN told the end of its container"), notes);
    assertTrue(notes.contains("docker.inspect.max.retries=1"), notes);
  }

  @Test
  void anEntrypointThatCantBeReplacedIsRefusedBeforeAnythingStarts() throws Exception {
    String image = images.script("own-entrypoint", "", "ENTRYPOINT [\"/usr/local/bin/train\"]");
    JobFile job = jobs.job("own-entrypoint", image);
    job.entrypoint("fit");
    Jobs.Outcome outcome = jobs.submit(job);
    assertEquals(2, outcome.code(), outcome.toString());
    assertTrue(
        outcome.err().contains("has an ENTRYPOINT of its own ([\"/usr/local/bin/train\"]"),
        outcome.err());
  }

  @Test
  void whatCantBePassedIsRefusedBeforeAnythingStarts() throws Exception {
    JobFile job =
        jobs.job("refused", images.sample("shell")).environment(Map.of("NOTE", "two\nlines"));
    Jobs.Outcome outcome = jobs.submit(job);
    assertEquals(2, outcome.code(), outcome.toString());
    assertTrue(outcome.err().contains("$.Environment.NOTE: has a line break"), outcome.err());
    assertFalse(jobs.run("list").out().contains("refused "), "nothing was submitted");
  }
}
