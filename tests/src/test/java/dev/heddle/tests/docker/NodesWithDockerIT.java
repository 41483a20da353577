package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the cluster with Docker promises to the tests of Heddle that run on it. */
@ExtendWith(DockerClusterExtension.class)
class NodesWithDockerIT {
  @Test
  void aJobOfTheProcessRuntimeRunsThereAsNobody(Jobs jobs)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job(
                "as-nobody",
                jobs.image(
                    "as-nobody",
                    "tree=${SAGEMAKER_BASE_DIR:-/opt/ml}\nid -un > \"$tree/model/user\"\n")));
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode job = jobs.describe("as-nobody");
    assertEquals("Completed", job.path("TrainingJobStatus").asText());
    assertTrue(jobs.contents("out/as-nobody/output/model.tar.gz").get("user").startsWith("nobody"));
  }
}
