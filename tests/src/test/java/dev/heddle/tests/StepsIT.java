package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.JobFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The sample algorithm {@code steps} on three hosts, in File and in Pipe mode. */
@ExtendWith(ClusterExtension.class)
class StepsIT {
  private static final int HOSTS = 3;
  private static final StepsSample SAMPLE =
      StepsSample.in(Path.of(System.getProperty("heddle.home")));

  @TempDir private Path temp;

  @BeforeAll
  static void wantPython() throws InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
  }

  /** Puts the digits into the prefix, and returns how many bytes an epoch has. */
  private static int putDigits(Jobs jobs, String prefix) {
    int bytes = 0;
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      if (object.getKey().startsWith("train/")) {
        jobs.put(
            prefix + object.getKey(), new String(object.getValue(), StandardCharsets.US_ASCII));
        bytes += object.getValue().length;
      }
    }
    return bytes;
  }

  private void trainsWhatOneHostTrains(Jobs jobs, String name, JobFile job, Map<String, String> how)
      throws Exception {
    Jobs.Outcome outcome = jobs.submitAndWait(job.hosts(HOSTS).hyperparameters(how));
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode described = jobs.describe(name);
    assertEquals("Completed", described.path("TrainingJobStatus").asText());
    String model = new String(StepsHosts.alone(SAMPLE, temp, how), StandardCharsets.UTF_8);
    assertEquals(
        Map.of("model.json", model), jobs.contents("out/" + name + "/output/model.tar.gz"));
    String log = jobs.run("logs", name, "--host", "algo-3").out();
    assertTrue(log.contains("starting attempt=1 from step=0 on algo-3 at "), log);
    assertTrue(log.contains("step=" + how.get("steps") + " loss=0."), log);
  }

  @Test
  void threeHostsTrainWhatOneHostTrains(Jobs jobs) throws Exception {
    int bytes = putDigits(jobs, "steps/");
    JobFile job =
        SAMPLE
            .job("steps", jobs.uri("out"))
            .channel("train", jobs.uri("steps/train/"), "ShardedByS3Key");
    trainsWhatOneHostTrains(
        jobs,
        "steps",
        job,
        Map.of("steps", "40", "step_millis", "20", "epoch_bytes", Integer.toString(bytes)));
  }

  @Test
  void throughPipesWhoseSharesAreDealtAnewInEveryEpochTheyDoTheSame(Jobs jobs) throws Exception {
    int bytes = putDigits(jobs, "steps-pipes/");
    JobFile job = SAMPLE.job("steps-pipes", jobs.uri("out"));
    job.pipe("train", "S3Prefix", jobs.uri("steps-pipes/train/"), "ShardedByS3Key")
        .putObject("ShuffleConfig")
        .put("Seed", 5);
    trainsWhatOneHostTrains(
        jobs, "steps-pipes", job, Map.of("steps", "12", "epoch_bytes", Integer.toString(bytes)));
  }
}
