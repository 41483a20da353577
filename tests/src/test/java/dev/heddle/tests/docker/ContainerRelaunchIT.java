package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerRelaunchClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.StepsJob;
import dev.heddle.tests.StepsLosses;
import dev.heddle.tests.embedded.JobFile;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What jobs lose whose hosts are Docker containers. */
@ExtendWith(DockerRelaunchClusterExtension.class)
class ContainerRelaunchIT extends StepsLosses {
  private static final int HOSTS = DockerRelaunchClusterExtension.HOSTS;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  ContainerRelaunchIT() {
    super(SAMPLE.inDocker(), HOSTS);
  }

  @BeforeAll
  static void makeImage(DockerEngine engine) throws Exception {
    new Images(engine).sample("steps");
  }

  @Test
  @Order(11)
  void hostsThatASecondQueueTakes() throws Exception {
    StepsJob job =
        submit(
            "preempted",
            // Slow enough not to be done before the other job is there.
            Map.of("step_millis", Integer.toString(2 * STEP_MILLIS)),
            "heddle.gang.timeout=3s",
            // YARN would reserve nodes for it, on which the other job's agents then find no room.
            "heddle.gang.backoff.min=10s",
            "heddle.gang.backoff.max=10s");
    job.awaitSaved();
    // It wants all nodes. Containers of one machine share its ports.
    JobFile urgent =
        SAMPLE
            .inDocker()
            .job("urgent", jobs().uri("out"))
            .hosts(HOSTS + 1)
            .hyperparameters(Map.of("steps", "20", "port", "29093"))
            .channel("train", jobs().uri("digits/train/"), "ShardedByS3Key");
    Jobs.Outcome outcome = jobs().submit(urgent, "--queue", "urgent");
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode ended = jobs().awaitEnd("urgent", PATIENCE);
    assertEquals("Completed", ended.path("TrainingJobStatus").asText(), ended.toPrettyString());
    assertRelaunched(job, "PREEMPTED");
  }
}
