package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.cluster.Cluster.Stage;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WaitTest {
  private static final String APPLICATION = "application_1_0001";

  @TempDir Path directory;
  private FakeWorld world;
  private String job;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.with("s3://in/train/part-1", "1").with("s3://images/digits.tar.gz", "image");
    job = JobFiles.write(directory, JobFiles.valid("digits-1")).toString();
  }

  private int submitAndWait() {
    return world.run("submit", "--job", job, "--wait");
  }

  private void application(Stage stage, String diagnostics) {
    world.cluster.put(FakeCluster.application(APPLICATION, "digits-1", stage, diagnostics));
  }

  private void live(String status, String secondary, String more) {
    world.master.record = () -> JobFiles.record("digits-1", status, secondary, more);
  }

  @Test
  void aCompletedJobIsExitCode0WithItsModelAndMetrics() {
    world.duringPause =
        count -> {
          if (count == 1) {
            application(Stage.RUNNING, "");
            live("InProgress", "Training", JobFiles.hosts("RUNNING"));
          } else if (count == 3) {
            live(
                "Completed",
                "Completed",
                ", \"FinalMetricDataList\": [{\"MetricName\": \"val:acc\", \"Value\": 0.9611}]");
          }
        };
    assertEquals(0, submitAndWait(), world::err);
    assertTrue(world.out().startsWith("Completed: digits-1"), world.out());
    assertTrue(world.out().contains("val:acc = 0.9611"), world.out());
    assertTrue(world.out().contains("heddle logs digits-1"), world.out());
    assertTrue(world.err().contains("algo-1   running"), world.err());
    assertTrue(world.err().contains("in 1.0 MiB of 4.0 MiB  loss 0.25"), world.err());
    assertTrue(world.err().contains("Training"), world.err());
  }

  @Test
  void theMasterIsAskedWithTheJobsSecret() {
    world.duringPause =
        count -> {
          application(Stage.RUNNING, "");
          live("Completed", "Completed", "");
        };
    assertEquals(0, submitAndWait());
    assertEquals(32, world.master.secretSeen.length);
  }

  @Test
  void aFailedJobIsExitCode1WithItsReason() {
    world.duringPause =
        count -> {
          application(Stage.RUNNING, "");
          live("Failed", "Failed", ", \"FailureReason\": \"AlgorithmError: no luck (algo-2)\"");
        };
    assertEquals(1, submitAndWait());
    assertTrue(world.out().contains("AlgorithmError: no luck (algo-2)"), world.out());
  }

  @Test
  void aStoppedJobIsExitCode3() {
    world.duringPause =
        count -> {
          application(Stage.RUNNING, "");
          live("Stopped", "MaxRuntimeExceeded", "");
        };
    assertEquals(3, submitAndWait());
    assertTrue(world.out().startsWith("MaxRuntimeExceeded: digits-1"), world.out());
  }

  @Test
  void aMasterThatDiedWithoutAWordIsFailedWithYarnsReason() {
    world.duringPause =
        count ->
            application(
                Stage.FAILED,
                "Application application_1_0001 failed 1 times due to AM Container for"
                    + " appattempt_1_0001_000001 exited with  exitCode: 1\nFailing this attempt."
                    + "Diagnostics: [2026-11-24 12:00:00.000]Exception from container-launch.");
    assertEquals(1, submitAndWait());
    assertTrue(world.out().contains("InternalServerError: "), world.out());
    assertTrue(world.out().contains("exited with code 1"), world.out());
    assertTrue(world.out().contains("yarn logs -applicationId application_1_0001"), world.out());
  }

  @Test
  void theRecordThatTheMasterLeftCountsWhenItIsGone() {
    world.duringPause =
        count -> {
          if (count == 1) {
            application(Stage.RUNNING, "");
            live("InProgress", "Uploading", "");
          } else if (count == 2) {
            world.master.dead = true;
            application(Stage.FINISHED, "");
            try {
              world.record("digits-1", JobFiles.record("digits-1", "Completed", "Completed", ""));
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
        };
    assertEquals(0, submitAndWait(), world::out);
  }

  @Test
  void theRecordInTheOutputPrefixCountsWhenTheStagingDirectoryHasNone() {
    world.duringPause =
        count -> {
          world.store.with(
              "s3://out/jobs/digits-1/output/job-record.json",
              JobFiles.record("digits-1", "Completed", "Completed", ""));
          application(Stage.FINISHED, "");
        };
    assertEquals(0, submitAndWait(), world::out);
  }

  @Test
  void anInterruptedWaitDetachesAndSaysHowToGoOn() {
    world.duringPause =
        count -> {
          throw new InterruptedException();
        };
    assertEquals(130, submitAndWait());
    assertTrue(world.err().contains("heddle describe digits-1"), world.err());
    assertTrue(world.err().contains("heddle stop digits-1"), world.err());
    assertEquals(0, world.cluster.killed.size());
  }

  @Test
  void aResourceManagerThatIsAwayForAWhileEndsNothing() {
    world.duringPause =
        count -> {
          if (count == 1) {
            world.cluster.away = true;
          } else if (count == 20) {
            world.cluster.away = false;
            application(Stage.RUNNING, "");
            live("Completed", "Completed", "");
          }
        };
    assertEquals(0, submitAndWait(), world::err);
    assertTrue(world.err().contains("the cluster can't be reached"), world.err());
    assertEquals(
        1,
        world.err().lines().filter(line -> line.contains("can't be reached")).count(),
        "it is said once");
  }

  @Test
  void theWaitForAClusterThatNeverComesBackEndsWithExitCode4() {
    world.duringPause = count -> world.cluster.away = true;
    assertEquals(4, submitAndWait());
    assertTrue(world.err().contains("heddle describe digits-1"), world.err());
  }

  @Test
  void theEndIsLookedForTenTimesASecondOrMoreOften() {
    world.duringPause =
        count -> {
          application(Stage.RUNNING, "");
          live("InProgress", count < 5 ? "Training" : "Uploading", "");
          if (count == 10) {
            live("Completed", "Completed", "");
          }
        };
    assertEquals(0, submitAndWait());
    for (Duration pause : world.pauses) {
      assertTrue(pause.toMillis() <= 100, pause.toString());
    }
  }

  @Test
  void whatAQueuedJobWaitsForIsSaid() {
    world.duringPause =
        count -> {
          if (count == 1) {
            application(Stage.WAITING, "Queue's AM resource limit exceeded.");
          } else if (count == 60) {
            application(Stage.RUNNING, "");
            live("Completed", "Completed", "");
          }
        };
    assertEquals(0, submitAndWait());
    assertTrue(world.err().contains("AM resource limit exceeded"), world.err());
  }
}
