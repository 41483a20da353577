package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The thinnest whole path: a shell script as an image, one object in, one model out. */
@ExtendWith(ClusterExtension.class)
class OneHostJobIT {
  private static final String COPY =
      """
      tree=${SAGEMAKER_BASE_DIR:-/opt/ml}
      tr a-z A-Z < "$tree/input/data/words/poem.txt" > "$tree/model/poem.txt"
      echo "lines=$(wc -l < "$tree/model/poem.txt")"
      """;

  @Test
  void whatTheScriptWritesIsTheModel(Jobs jobs) throws IOException, InterruptedException {
    jobs.put("one-host/in/poem.txt", "warp\nweft\n");
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job("one-host", jobs.image("one-host", COPY))
                .channel("words", jobs.uri("one-host/in/"), "FullyReplicated")
                .metric("lines", "lines=([0-9]+)"));
    assertEquals(0, outcome.code(), outcome.toString());

    JsonNode job = jobs.describe("one-host");
    assertEquals("Completed", job.path("TrainingJobStatus").asText());
    assertEquals(2.0, job.path("FinalMetricDataList").path(0).path("Value").asDouble());
    String model = job.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    assertEquals("s3://tests/out/one-host/output/model.tar.gz", model);
    assertEquals(
        Map.of("poem.txt", "WARP\nWEFT\n"), jobs.contents("out/one-host/output/model.tar.gz"));
  }

  @Test
  void anExitCodeAndAFailureFileBecomeTheReason(Jobs jobs)
      throws IOException, InterruptedException {
    String fail = "echo the loom broke > ${SAGEMAKER_BASE_DIR:-/opt/ml}/output/failure; exit 3\n";
    Jobs.Outcome outcome =
        jobs.submitAndWait(jobs.job("one-host-fails", jobs.image("one-host-fails", fail)));
    assertEquals(1, outcome.code(), outcome.toString());
    String reason = jobs.describe("one-host-fails").path("FailureReason").asText();
    assertTrue(reason.startsWith("AlgorithmError: "), reason);
    assertTrue(reason.contains("the loom broke"), reason);
  }
}
