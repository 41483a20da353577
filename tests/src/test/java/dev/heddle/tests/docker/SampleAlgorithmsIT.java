package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsSample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The sample algorithms, by their own job files. */
@ExtendWith(DockerClusterExtension.class)
class SampleAlgorithmsIT {
  /** What the sample's README promises. */
  private static final double BOUND = 0.97;

  private static Path sample(String name) {
    return Path.of(System.getProperty("heddle.home"), "tests/algorithms", name);
  }

  @Test
  void distributedXgboostIsAsGoodAsItsReadmeSaysBySecondProcess(Jobs jobs, DockerEngine engine)
      throws Exception {
    new Images(engine).sample("xgboost");
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      jobs.put("digits/" + object.getKey(), new String(object.getValue(), StandardCharsets.UTF_8));
    }
    String bucket = jobs.uri("x").replaceFirst("s3://([^/]+)/.*", "$1");
    Path job =
        jobs.write(
            "xgboost-1.json",
            Files.readString(sample("xgboost").resolve("job.json")).replace("BUCKET", bucket));
    Jobs.Outcome outcome = jobs.run("submit", "--job", job.toString(), "--wait");
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode described = jobs.describe("xgboost-1");
    assertEquals("Completed", described.path("TrainingJobStatus").asText());
    double told = 0;
    for (JsonNode metric : described.path("FinalMetricDataList")) {
      if (metric.path("MetricName").asText().equals("validation:accuracy")) {
        told = metric.path("Value").asDouble();
      }
    }
    assertTrue(told >= BOUND, described.toString());
    String model = described.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    assertEquals(told, score(jobs, engine, model), 0.001);
  }

  /** In a container of its own, with the model and the held-out digits alone. */
  private static double score(Jobs jobs, DockerEngine engine, String model) throws Exception {
    Path work = Files.createDirectories(jobs.scratch("score"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.write(work.resolve("model.tar.gz"), jobs.object(model));
    Digits.load().writeTo(work.resolve("digits"));
    StringBuilder heldOut = new StringBuilder();
    try (var files = Files.list(work.resolve("digits/validation"))) {
      for (Path file : files.sorted().toList()) {
        heldOut.append(Files.readString(file));
      }
    }
    Files.writeString(work.resolve("held-out.csv"), heldOut);
    DockerEngine.Outcome scored =
        engine.run(
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            work + ":/scored:ro",
            "local/xgboost",
            "score",
            "/scored/model.tar.gz",
            "/scored/held-out.csv");
    assertEquals(0, scored.code(), scored.output());
    Matcher accuracy = Pattern.compile("accuracy=([0-9.]+)").matcher(scored.output());
    assertTrue(accuracy.find(), scored.output());
    return Double.parseDouble(accuracy.group(1));
  }

  @Test
  void theStepsSampleTrainsByItsOwnJobFileWhatOneProcessTrains(
      Jobs jobs, DockerEngine engine, @TempDir Path temp) throws Exception {
    new Images(engine).sample("steps");
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      jobs.put("digits/" + object.getKey(), new String(object.getValue(), StandardCharsets.UTF_8));
    }
    String bucket = jobs.uri("x").replaceFirst("s3://([^/]+)/.*", "$1");
    String text = Files.readString(sample("steps").resolve("job.json")).replace("BUCKET", bucket);
    Path job = jobs.write("steps-1.json", text);
    Jobs.Outcome outcome = jobs.run("submit", "--job", job.toString(), "--wait");
    assertEquals(0, outcome.code(), outcome.toString());
    Map<String, String> settings = Map.of("steps", "200", "checkpoint_interval", "0");
    StepsSample sample = StepsSample.in(Path.of(System.getProperty("heddle.home")));
    String model = new String(StepsHosts.alone(sample, temp, settings), StandardCharsets.UTF_8);
    assertEquals(Map.of("model.json", model), jobs.contents("output/steps-1/output/model.tar.gz"));
  }

  @Test
  void theShellSampleCompletesByItsOwnJobFile(Jobs jobs, DockerEngine engine) throws Exception {
    new Images(engine).sample("shell");
    String bucket = jobs.uri("x").replaceFirst("s3://([^/]+)/.*", "$1");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                Files.readString(sample("shell").resolve("job.json")).replace("BUCKET", bucket));
    ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("ResourceConfig"))
        .put("InstanceCount", 3);
    Path job = jobs.write("shell-1.json", json.toString());
    Jobs.Outcome outcome = jobs.run("submit", "--job", job.toString(), "--wait");
    assertEquals(0, outcome.code(), outcome.toString());
    assertEquals(6, jobs.members("output/shell-1/output/model.tar.gz").size(), "two files a host");
  }
}
