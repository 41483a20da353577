package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerEntrypointTest {
  private static final String WITH_ENTRYPOINT =
      "{\"Entrypoint\": [\"/bin/x\", \"-v\"], \"Cmd\": null, \"Labels\": null}";

  @TempDir Path directory;
  private FakeWorld world;
  private FakeEngine engine;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.with("s3://in/train/part-1", "1");
    engine = FakeEngine.onSocket(directory.resolve("docker.sock"));
    world.environment.put("DOCKER_HOST", engine.host());
  }

  @AfterEach
  void closeEngine() throws IOException {
    engine.close();
  }

  private int submit(String image, String more) throws IOException {
    Path job =
        JobFiles.write(
            directory,
            JobFiles.valid("digits-1")
                .replace("\"s3://images/digits.tar.gz\"", "\"" + image + "\"" + more));
    return world.run("submit", "--job", job.toString());
  }

  private int submitWithEntrypoint(String image) throws IOException {
    return submit(image, ", \"ContainerEntrypoint\": [\"/opt/fit\"]");
  }

  private void assertSubmittedWithTheWarning(int code, String why) {
    assertEquals(0, code, world::err);
    assertEquals(1, world.cluster.submitted.size());
    assertTrue(
        world
            .err()
            .contains(
                "job.json: $.AlgorithmSpecification.ContainerEntrypoint: works only where the"
                    + " image local/x has no ENTRYPOINT of its own"),
        world.err());
    assertTrue(world.err().contains(why), why + " in " + world.err());
  }

  @Test
  void anImageWithAnEntrypointIsRefusedWithTheWayOut() throws Exception {
    engine.images.put("local/x", WITH_ENTRYPOINT);
    assertEquals(2, submitWithEntrypoint("local/x"));
    for (String told :
        new String[] {
          "job.json: $.AlgorithmSpecification.ContainerEntrypoint: the image local/x has an"
              + " ENTRYPOINT of its own ([\"/bin/x\",\"-v\"]",
          engine.host(),
          "leave ContainerEntrypoint out and pass ContainerArguments, or build the image without"
        }) {
      assertTrue(world.err().contains(told), told + " in " + world.err());
    }
    assertEquals(List.of(), world.cluster.submitted);
    assertFalse(Files.exists(world.staging("digits-1")));
  }

  @Test
  void anEngineIsFoundByItsPortToo() throws Exception {
    try (FakeEngine remote = FakeEngine.onPort()) {
      remote.images.put("local/x", WITH_ENTRYPOINT);
      world.environment.put("DOCKER_HOST", remote.host());
      assertEquals(2, submitWithEntrypoint("local/x"));
      assertTrue(world.err().contains("has an ENTRYPOINT of its own"), world.err());
      assertEquals(0, engine.asked.get());
    }
  }

  @Test
  void tagsAndDigestsReachTheEngine() throws Exception {
    for (String image :
        new String[] {"reg.test:5000/a/x:1.2", "local/x@sha256:" + "ab".repeat(32)}) {
      engine.images.put(image, WITH_ENTRYPOINT);
      assertEquals(2, submitWithEntrypoint(image));
      assertTrue(world.err().contains("the image " + image + " has an ENTRYPOINT"), world.err());
    }
  }

  @Test
  void anImageWithoutEntrypointIsSubmittedWithoutAWord() throws Exception {
    Files.setPosixFilePermissions(
        directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String config :
        new String[] {"{\"Entrypoint\": null, \"Cmd\": [\"x\"]}", "{\"Entrypoint\": []}", "{}"}) {
      world.cluster.submitted.clear();
      world.cluster.applications.clear();
      engine.images.put("local/x", config);
      assertEquals(0, submitWithEntrypoint("local/x"), world::err);
      assertEquals("", world.err());
      world = renewed();
    }
    assertEquals(3, engine.asked.get());
  }

  /** Another world in the same directory, in which no name is taken. */
  private FakeWorld renewed() throws IOException {
    org.apache.hadoop.fs.FileUtil.fullyDelete(world.staging("digits-1").toFile());
    FakeWorld next = new FakeWorld(directory);
    next.store.with("s3://in/train/part-1", "1");
    next.environment.put("DOCKER_HOST", engine.host());
    return next;
  }

  @Test
  void anImageThatTheEngineLacksIsAWarning() throws Exception {
    assertSubmittedWithTheWarning(submitWithEntrypoint("local/x"), "doesn't have it");
  }

  @Test
  void anEngineThatIsAwayIsAWarning() throws Exception {
    world.environment.put("DOCKER_HOST", "unix://" + directory.resolve("nothing.sock"));
    assertSubmittedWithTheWarning(
        submitWithEntrypoint("local/x"), "can't be asked: No such file or directory");
  }

  @Test
  void anEngineThatGivesNoAnswerHoldsNobodyUp() throws Exception {
    engine.silent = true;
    int code =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> submitWithEntrypoint("local/x"));
    assertSubmittedWithTheWarning(code, "gave no answer within 5 seconds");
    assertEquals(1, engine.asked.get());
  }

  @Test
  void anEngineThatHeddleCantSpeakToIsAWarning() throws Exception {
    world.environment.put("DOCKER_HOST", "ssh://somewhere");
    assertSubmittedWithTheWarning(submitWithEntrypoint("local/x"), "unix:// or tcp://");
    world = renewed();
    world.environment.put("DOCKER_HOST", "no address");
    assertSubmittedWithTheWarning(submitWithEntrypoint("local/x"), "it is no address");
    world = renewed();
    world.environment.put("DOCKER_HOST", "tcp://127.0.0.1:1");
    world.environment.put("DOCKER_TLS_VERIFY", "1");
    assertSubmittedWithTheWarning(submitWithEntrypoint("local/x"), "TLS");
  }

  @Test
  void nobodyAsksAnEngineForAJobThatLeavesTheEntrypointToItsImage() throws Exception {
    engine.images.put("local/x", WITH_ENTRYPOINT);
    assertEquals(0, submit("local/x", ", \"ContainerArguments\": [\"-q\"]"), world::err);
    world = renewed();
    world.store.with("s3://images/digits.tar.gz", "image");
    assertEquals(0, submitWithEntrypoint("s3://images/digits.tar.gz"), world::err);
    assertEquals(0, engine.asked.get());
  }
}
