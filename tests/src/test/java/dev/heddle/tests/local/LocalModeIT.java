package dev.heddle.tests.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code heddle local}, on an engine as a user has it. */
class LocalModeIT {
  @TempDir private static Path directory;
  private static LocalMachine machine;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    assumeTrue(DockerEngine.obstacle().isEmpty(), () -> DockerEngine.obstacle().orElseThrow());
    machine = LocalMachine.start(directory, data());
    machine.images("shell", "steps");
  }

  /** Digits of a kind: a label, and 64 greys that follow from it, in six files. */
  private static Map<String, byte[]> data() {
    Map<String, byte[]> data = new HashMap<>();
    for (int file = 0; file < 6; file++) {
      StringBuilder text = new StringBuilder();
      for (int row = 0; row < 40; row++) {
        int label = (file * 7 + row * 3) % 10;
        text.append(label);
        for (int grey = 0; grey < 64; grey++) {
          text.append(',').append((label * grey + row) % 17);
        }
        text.append('\n');
      }
      data.put("data/part-" + file + ".csv", text.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return data;
  }

  @AfterAll
  static void end() throws IOException, InterruptedException {
    if (machine != null) {
      machine.close();
    }
  }

  private static JobFile shell(String name, String output, Map<String, String> hyperparameters) {
    return JobFile.named("local-it-" + name, "local/shell", output)
        .metric("step", "^step=([0-9]+)")
        .hyperparameters(hyperparameters);
  }

  private static List<String> archive(Path file) throws IOException, InterruptedException {
    Process tar = new ProcessBuilder("tar", "-tzf", file.toString()).start();
    String names = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, tar.waitFor());
    return names.lines().sorted().toList();
  }

  private static byte[] model(Path archive) throws IOException, InterruptedException {
    Process tar = new ProcessBuilder("tar", "-xzOf", archive.toString(), "model.json").start();
    byte[] model = tar.getInputStream().readAllBytes();
    assertEquals(0, tar.waitFor());
    return model;
  }

  @Test
  void threeHostsFindEachOtherByNameAndTheirModelLiesInTheDirectory() throws Exception {
    Path output = machine.directory("output");
    LocalMachine.Run run =
        machine.run(shell("names", "file://" + output, Map.of("seconds", "1")).hosts(3));

    assertEquals(0, run.end(), run.out() + run.err());

    for (int from = 1; from <= 3; from++) {
      for (int to = 1; to <= 3; to++) {
        String line = "algo-" + from + " | algo-" + to + " is 172.";
        assertTrue(run.out().contains(line), line);
      }
    }
    Path made = output.resolve("local-it-names/output");
    assertEquals(
        List.of("algo-1.txt", "algo-2.txt", "algo-3.txt"), archive(made.resolve("model.tar.gz")));
    assertTrue(
        Files.readString(made.resolve("job-record.json"))
            .contains("\"TrainingJobStatus\":\"Completed\""));
    assertEquals(
        List.of("job-record.json", "model.tar.gz"),
        Arrays.stream(made.toFile().list()).sorted().toList());
    assertTrue(run.out().contains("Completed: local-it-names"), run.out());
    assertEquals(List.of(), machine.left());
  }

  private static JobFile steps(String name, int millis) {
    JobFile job =
        JobFile.named("local-it-" + name, "local/steps", "s3://jobs/output")
            .hosts(3)
            .relaunched("s3://jobs/checkpoints/" + name, 2)
            .hyperparameters(
                Map.of(
                    "steps", "30",
                    "checkpoint_interval", "5",
                    "step_millis", Integer.toString(millis)));
    job.pipe("train", "S3Prefix", "s3://jobs/data/", "ShardedByS3Key");
    return job;
  }

  @Test
  void aKilledAlgorithmIsRelaunchedFromItsCheckpointsAndMakesTheSameModel() throws Exception {
    LocalMachine.Run undisturbed = machine.run(steps("calm", 0));
    assertEquals(0, undisturbed.end(), undisturbed.out() + undisturbed.err());
    LocalMachine.Run run = machine.run(steps("killed", 400));
    run.until(out -> out.contains("algo-2 | step=12"));

    String victim = machine.engine().run("ps", "--quiet", "--filter", "name=killed-.*-2$").output();
    assertEquals(0, machine.engine().run("kill", victim).code(), victim);

    assertEquals(0, run.end(), run.out() + run.err());
    assertTrue(run.out().matches("(?s).*starting attempt=2 from step=(10|5).*"), run.out());
    assertTrue(run.err().contains("it was killed from outside"), run.err());
    assertArrayEquals(
        model(machine.object("output/local-it-calm/output/model.tar.gz")),
        model(machine.object("output/local-it-killed/output/model.tar.gz")));
    assertEquals(List.of(), machine.left());
  }

  @Test
  void ctrlCStopsTheJobAndItsModelIsSaved() throws Exception {
    Path output = machine.directory("output");
    LocalMachine.Run run =
        machine.run(
            shell("stopped", "file://" + output, Map.of("seconds", "300", "save_seconds", "2"))
                .hosts(2));
    run.until(out -> out.contains("algo-1 | step=1") && out.contains("algo-2 | step=1"));

    run.signal("INT");

    assertEquals(3, run.end(), run.out() + run.err());
    assertTrue(run.out().contains("Stopped: local-it-stopped"), run.out());
    assertTrue(
        archive(output.resolve("local-it-stopped/output/model.tar.gz")).contains("saved.txt"));
    assertEquals(List.of(), machine.left());
  }

  @Test
  void aSecondCtrlCEndsEverythingAtOnce() throws Exception {
    Path output = machine.directory("output");
    LocalMachine.Run run =
        machine.run(
            shell("ended", "file://" + output, Map.of("seconds", "300", "ignore_term", "true")));
    run.until(out -> out.contains("algo-1 | step=1"));

    run.signal("INT");
    await().until(() -> run.err().contains("Stopping: "));
    run.signal("INT");

    assertEquals(130, run.end(), run.out() + run.err());
    assertFalse(Files.exists(output.resolve("local-it-ended/output/model.tar.gz")));
    assertEquals(List.of(), machine.left());
  }

  @Test
  void whatAKilledRunHasLeftGoesWithTheNextOne() throws Exception {
    Path output = machine.directory("output");
    LocalMachine.Run killed =
        machine.run(shell("left", "file://" + output, Map.of("seconds", "300")));
    killed.until(out -> out.contains("algo-1 | step=1"));
    killed.signal("KILL");
    killed.end();
    assertFalse(machine.engine().containers().isEmpty(), "the test needs an orphan");

    LocalMachine.Run next = machine.run(shell("next", "file://" + output, Map.of("seconds", "0")));

    assertEquals(0, next.end(), next.out() + next.err());
    assertEquals(List.of(), machine.engine().containers());
    // Its agent ends by itself, once it has missed the command for its lease.
    await().atMost(Duration.ofMinutes(2)).until(() -> machine.left().isEmpty());
  }

  @Test
  void withoutAnEngineItSaysSoInOneSentence() throws Exception {
    Path output = machine.directory("output");

    LocalMachine.Run run =
        machine.run(
            Map.of("DOCKER_HOST", "unix://" + output.resolve("none.sock")),
            shell("engineless", "file://" + output, Map.of()).json());

    assertEquals(4, run.end());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("heddle local needs a Docker engine"), run.err());
  }

  @Test
  void aUsersCodeStandsInForTheImages() throws Exception {
    Path code = machine.directory("code");
    Path train = code.resolve("train");
    Files.writeString(train, "#!/bin/sh\necho mine >/opt/ml/model/whose\necho x >/code/new\n");
    assertTrue(train.toFile().setExecutable(true, false));
    Path output = machine.directory("output");

    LocalMachine.Run run =
        machine.run(
            shell("mounted", "file://" + output, Map.of()),
            "--mount",
            train + ":/usr/local/bin/train",
            "--mount",
            code + ":/code");

    assertEquals(1, run.end(), run.out() + run.err());
    assertTrue(run.out().contains("what algo-1 printed; heddle local --keep"), run.out());
    assertEquals(1, code.toFile().list().length, "a mount is read-only where nothing else is said");
    Files.writeString(train, "#!/bin/sh\necho mine >/opt/ml/model/whose\n");
    run =
        machine.run(
            shell("mounted", "file://" + output, Map.of()),
            "--mount",
            train + ":/usr/local/bin/train");
    assertEquals(0, run.end(), run.out() + run.err());
    assertEquals(List.of("whose"), archive(output.resolve("local-it-mounted/output/model.tar.gz")));
  }

  @Test
  void moreMemoryThanTheInstanceTypeHasIsTheAlgorithmsFault() throws Exception {
    JobFile job = steps("memory", 0);
    job.hyperparameters(Map.of("steps", "10", "exhaust_step", "2", "exhaust_mb", "20000"));

    LocalMachine.Run run = machine.run(job, "--limits");

    assertEquals(1, run.end(), run.out() + run.err());
    assertTrue(run.out().contains("used more memory than its instance type has"), run.out());
    assertEquals(List.of(), machine.left());
  }
}
