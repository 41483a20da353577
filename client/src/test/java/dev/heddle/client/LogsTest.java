package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.cluster.Cluster.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  private static final String APPLICATION = "application_1_0001";

  @TempDir Path directory;
  private FakeWorld world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.stage("digits-1", APPLICATION);
  }

  private void runs() {
    world.cluster.put(FakeCluster.application(APPLICATION, "digits-1", Stage.RUNNING, ""));
    world.master.record =
        () -> JobFiles.record("digits-1", "InProgress", "Training", JobFiles.hosts("RUNNING"));
  }

  private void ended() throws IOException {
    world.master.dead = true;
    world.cluster.put(FakeCluster.application(APPLICATION, "digits-1", Stage.FINISHED, ""));
    world.record(
        "digits-1",
        JobFiles.record("digits-1", "Completed", "Completed", JobFiles.hosts("UPLOADED")));
  }

  private List<String> sorted() {
    return world.out().lines().sorted().toList();
  }

  @Test
  void aRunningJobsLogsComeLineByLineBehindTheHostsNames() {
    runs();
    world.master.logs.put("algo-1/stdout", "epoch 1\nepoch 2\n");
    world.master.logs.put("algo-1/stderr", "a warning\n");
    world.master.logs.put("algo-2/stdout", "without an end");
    assertEquals(0, world.run("logs", "digits-1"), world::err);
    assertEquals(
        List.of(
            "algo-1 | a warning",
            "algo-1 | epoch 1",
            "algo-1 | epoch 2",
            "algo-2 | without an end"),
        sorted());
  }

  @Test
  void oneHostsLogIsShownAsItIs() {
    runs();
    world.master.logs.put("algo-2/stdout", "bytes\twithout\nan end");
    assertEquals(0, world.run("logs", "digits-1", "--host", "algo-2"));
    assertEquals("bytes\twithout\nan end", world.out());
  }

  @Test
  void anUnknownHostIsWrongInputAndTheHostsAreNamed() {
    runs();
    assertEquals(2, world.run("logs", "digits-1", "--host", "algo-7"));
    assertTrue(world.err().contains("algo-1, algo-2"), world.err());
  }

  @Test
  void followGoesOnInTheArchiveWhereTheLiveLogStopped() {
    runs();
    world.master.logs.put("algo-1/stdout", "epoch 1\n");
    world.duringPause =
        count -> {
          if (count == 2) {
            try {
              ended();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            world.archive.put("container_1/stdout.txt", "epoch 1\nepoch 2\n");
            world.archive.put("container_2/stdout.txt", "");
          }
        };
    assertEquals(0, world.run("logs", "digits-1", "--follow"), world::err);
    assertEquals("algo-1 | epoch 1\nalgo-1 | epoch 2\n", world.out());
  }

  @Test
  void aLogThatWasFollowedToItsEndNeedsNoArchive() throws Exception {
    runs();
    world.master.logs.put("algo-1/stdout", "all\n");
    world.master.logsEnded = true;
    world.duringPause =
        count -> {
          try {
            ended();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    assertEquals(0, world.run("logs", "digits-1", "--follow"), world::err);
    assertEquals("algo-1 | all\n", world.out());
    assertEquals("", world.err());
  }

  @Test
  void anEndedJobsLogsComeFromTheArchive() throws Exception {
    ended();
    world.archive.put("container_1/stdout.txt", "one\n");
    world.archive.put("container_1/stderr.txt", "oops\n");
    world.archive.put("container_2/stdout.txt", "two\n");
    assertEquals(0, world.run("logs", "digits-1"), world::err);
    assertEquals(List.of("algo-1 | one", "algo-1 | oops", "algo-2 | two"), sorted());
  }

  @Test
  void theArchiveIsWaitedForALittleAndThenSaidToBeEmpty() throws Exception {
    ended();
    world.archive.put("container_1/stdout.txt", "one\n");
    world.duringPause =
        count -> {
          if (count == 5) {
            world.archive.put("container_2/stdout.txt", "two\n");
          }
        };
    assertEquals(0, world.run("logs", "digits-1"), world::err);
    assertEquals("algo-1 | one\nalgo-2 | two\n", world.out());

    world.archive.clear();
    world.duringPause = count -> {};
    assertEquals(4, world.run("logs", "digits-1"));
    assertTrue(world.err().contains("yarn logs -applicationId " + APPLICATION), world.err());
  }

  @Test
  void aClusterThatKeepsNoLogsIsSaidWithThePlaceToLook() throws Exception {
    ended();
    world.archiveKept = false;
    assertEquals(4, world.run("logs", "digits-1"));
    assertTrue(world.err().contains("yarn.log-aggregation-enable"), world.err());
    assertTrue(world.err().contains("yarn.nodemanager.log-dirs"), world.err());
  }

  @Test
  void aJobWithoutHostsHasNoLogsYet() {
    world.cluster.put(FakeCluster.application(APPLICATION, "digits-1", Stage.WAITING, ""));
    assertEquals(0, world.run("logs", "digits-1"));
    assertTrue(world.err().contains("no logs yet"), world.err());
    assertEquals("", world.out());
  }
}
