package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedJobFilesTest {
  @TempDir Path directory;

  static List<Arguments> malformed() {
    return List.of(
        file(
            "\"TrainingJobName\": \"digits-1\"",
            "\"TrainingJobName\": \"-digits\"",
            "$.TrainingJobName"),
        file("\"RoleArn\"", "\"RoelArn\"", "$.RoelArn"),
        file(
            "\"InstanceCount\": 2", "\"InstanceCount\": \"two\"", "$.ResourceConfig.InstanceCount"),
        file("s3://in/train/", "in/train/", "$.InputDataConfig[0].DataSource.S3DataSource.S3Uri"),
        file("ShardedByS3Key", "Sharded", "S3DataSource.S3DataDistributionType"),
        file(
            "\"ChannelName\": \"train\"",
            "\"ChannelName\": \"tr/ain\"",
            "$.InputDataConfig[0].ChannelName"),
        file(
            "\"TrainingInputMode\": \"File\"",
            "\"TrainingInputMode\": \"Files\"",
            "$.AlgorithmSpecification.TrainingInputMode"),
        file(
            "\"MaxRuntimeInSeconds\": 600",
            "\"MaxRuntimeInSeconds\": 0",
            "$.StoppingCondition.MaxRuntimeInSeconds"),
        file(
            "\"OutputDataConfig\": {\"S3OutputPath\": \"s3://out/jobs\"},",
            "",
            "$.OutputDataConfig"),
        file("\"Key\": \"Team\"", "\"Key\": \"\"", "$.Tags[0].Key"),
        file("{\"TrainingJobName\"", "\"TrainingJobName\"", "$"));
  }

  private static Arguments file(String right, String wrong, String path) {
    return Arguments.of(JobFiles.valid("digits-1").replace(right, wrong), path);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aFaultIsNamedWithItsPathAndNothingIsSubmitted(String text, String path) throws Exception {
    FakeWorld world = new FakeWorld(directory);
    String job = JobFiles.write(directory, text).toString();
    for (String command : new String[] {"validate", "submit"}) {
      assertEquals(2, world.run(command, "--job", job), command);
      assertTrue(
          world
              .err()
              .lines()
              .anyMatch(line -> line.contains("job.json: " + start(path)) && line.contains(path)),
          world.err());
      assertEquals("", world.out());
    }
    assertEquals(List.of(), world.cluster.submitted);
    assertEquals(0, world.store.uploadsBegun());
    assertFalse(Files.exists(directory.resolve("staging")));
  }

  private static String start(String path) {
    return path.startsWith("$") ? path : "$";
  }

  @Test
  void allFaultsOfAFileAreToldAtOnce() throws Exception {
    FakeWorld world = new FakeWorld(directory);
    String text =
        JobFiles.valid("digits-1")
            .replace("digits-1", "-bad-")
            .replace("\"InstanceCount\": 2", "\"InstanceCount\": -2")
            .replace("ShardedByS3Key", "Sharded");
    assertEquals(2, world.run("validate", "--job", JobFiles.write(directory, text).toString()));
    assertTrue(world.err().lines().count() >= 3, world.err());
  }

  @Test
  void aGoodFileIsValid() throws Exception {
    FakeWorld world = new FakeWorld(directory);
    String job = JobFiles.write(directory, JobFiles.valid("digits-1")).toString();
    assertEquals(0, world.run("validate", "--job", job), world::err);
    assertTrue(world.out().contains("a valid training job"), world.out());
  }
}
