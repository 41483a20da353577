package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.cluster.Cluster.Stage;
import dev.heddle.containerlauncher.job.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCommandsTest {
  private static final String APPLICATION = "application_1_0001";

  @TempDir Path directory;
  private FakeWorld world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.stage("digits-1", APPLICATION);
  }

  private void application(Stage stage, String diagnostics) {
    world.cluster.put(FakeCluster.application(APPLICATION, "digits-1", stage, diagnostics));
  }

  private static String record(String status) {
    return JobFiles.record("digits-1", status, status, JobFiles.hosts("RUNNING"));
  }

  @Test
  void describeShowsARunningJobAsItsMasterTellsIt() {
    application(Stage.RUNNING, "");
    world.master.record =
        () -> JobFiles.record("digits-1", "InProgress", "Training", JobFiles.hosts("RUNNING"));
    assertEquals(0, world.run("describe", "digits-1"), world::err);
    assertTrue(world.out().contains("InProgress (Training)"), world.out());
    assertTrue(world.out().contains("2 x ml.m5.large"), world.out());
    assertTrue(world.out().contains("algo-2"), world.out());
    assertTrue(world.out().contains("the message"), world.out());
  }

  @Test
  void describeJsonIsTheDescribeTrainingJobShape() throws Exception {
    application(Stage.WAITING, "");
    assertEquals(0, world.run("describe", "digits-1", "--json"));
    var json = Json.read(world.out());
    for (String member :
        new String[] {
          "TrainingJobName", "TrainingJobArn", "ModelArtifacts", "TrainingJobStatus",
          "SecondaryStatus", "StoppingCondition", "CreationTime", "LastModifiedTime",
          "SecondaryStatusTransitions", "ResourceConfig", "AlgorithmSpecification"
        }) {
      assertTrue(json.has(member), member);
    }
    assertEquals(
        "arn:aws:sagemaker:us-east-1:000000000000:training-job/digits-1",
        json.path("TrainingJobArn").asText());
    assertEquals("Starting", json.path("SecondaryStatus").asText());
    assertTrue(json.path("CreationTime").isNumber());
    assertTrue(world.out().contains("\"CreationTime\" : 1795521600.000"), world.out());
  }

  @Test
  void describeWorksFromTheRecordWhenEvenTheResourceManagerIsGone() throws Exception {
    world.record("digits-1", record("Completed"));
    world.cluster.away = true;
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.out().contains("Completed"), world.out());

    world.record("digits-1", record("InProgress"));
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.err().contains("last record"), world.err());
  }

  @Test
  void describeOfAJobOfWhichNothingCanBeKnownIsExitCode4() {
    world.cluster.away = true;
    assertEquals(4, world.run("describe", "digits-1"));
    assertTrue(world.err().contains("can't be reached"), world.err());
  }

  @Test
  void aJobWhoseApplicationYarnHasForgottenHasFailed() throws Exception {
    world.record("digits-1", record("InProgress"));
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.out().contains("InternalServerError"), world.out());
    assertTrue(world.out().contains("no longer knows " + APPLICATION), world.out());
  }

  @Test
  void aJobThatIsJustBeingSubmittedIsStarting() throws Exception {
    Files.setLastModifiedTime(
        world.staging("digits-1").resolve("request.json"), FileTime.from(FakeCluster.START));
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.out().contains("InProgress (Starting)"), world.out());
    assertTrue(world.err().contains("is being submitted"), world.err());
  }

  @Test
  void listShowsTheNewestFirstAlsoThoseYarnHasForgotten() throws Exception {
    application(Stage.RUNNING, "");
    world.record("digits-1", record("InProgress"));
    world.stage("digits-2", "application_1_0002");
    world.record(
        "digits-2",
        JobFiles.record("digits-2", "Failed", "Failed", "").replace("1795521600.5", "1795525200"));
    Files.createDirectories(directory.resolve("staging/.digits-9-aside"));
    assertEquals(0, world.run("list"), world::err);
    List<String> lines = world.out().lines().toList();
    assertEquals(3, lines.size(), world.out());
    assertTrue(lines.get(0).startsWith("NAME"));
    assertTrue(lines.get(1).startsWith("digits-2 "), world.out());
    assertTrue(lines.get(2).startsWith("digits-1 "), world.out());
    assertTrue(lines.get(2).contains("InProgress"), world.out());
  }

  @Test
  void listSaysThatAMasterDied() throws Exception {
    application(Stage.FAILED, "boom");
    world.record("digits-1", record("InProgress"));
    assertEquals(0, world.run("list"));
    assertTrue(world.out().contains("Failed"), world.out());
  }

  @Test
  void listWithoutResourceManagerShowsTheRecords() throws Exception {
    world.cluster.away = true;
    world.record("digits-1", record("InProgress"));
    assertEquals(0, world.run("list"));
    assertTrue(world.out().contains("digits-1"), world.out());
    assertTrue(world.err().contains("last recorded"), world.err());
  }

  @Test
  void listOfNothingIsNoError() throws Exception {
    FakeWorld empty = new FakeWorld(Files.createDirectories(directory.resolve("empty")));
    assertEquals(0, empty.run("list"));
    assertEquals("", empty.out());
  }

  @Test
  void stopAsksTheMaster() {
    application(Stage.RUNNING, "");
    world.master.record = () -> record("InProgress");
    assertEquals(0, world.run("stop", "digits-1"), world::err);
    assertEquals(1, world.master.stops);
    assertTrue(world.out().contains("digits-1 is stopping"), world.out());
    assertEquals(List.of(), world.cluster.killed);
  }

  @Test
  void stopOfAStoppingJobIsDone() {
    application(Stage.RUNNING, "");
    world.master.record = () -> record("Stopping");
    assertEquals(0, world.run("stop", "digits-1"));
  }

  @Test
  void stopOfAnEndedJobIsRefusedInSageMakersWords() throws Exception {
    world.record("digits-1", record("Completed"));
    assertEquals(2, world.run("stop", "digits-1"));
    assertTrue(
        world
            .err()
            .contains(
                "ValidationException: The request was rejected because the training job is in"
                    + " status Completed."),
        world.err());
  }

  @Test
  void aJobThatHasNotStartedIsTakenBackAndIsStopped() throws Exception {
    application(Stage.WAITING, "");
    assertEquals(0, world.run("stop", "digits-1"), world::err);
    assertEquals(List.of(APPLICATION), world.cluster.killed);
    world.cluster.applications.clear();
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.out().contains("Stopped"), world.out());
    assertFalse(world.out().contains("InternalServerError"), world.out());
    assertEquals(2, world.run("stop", "digits-1"));
  }

  @Test
  void aMasterThatWillBeBackIsWaitedForAndNotKilled() throws Exception {
    application(Stage.WAITING, "");
    world.record("digits-1", record("InProgress"));
    world.duringPause =
        count -> {
          if (count == 3) {
            application(Stage.RUNNING, "");
            world.master.record = () -> record("InProgress");
          }
        };
    assertEquals(0, world.run("stop", "digits-1"), world::err);
    assertEquals(List.of(), world.cluster.killed);
    assertEquals(1, world.master.stops);
  }

  @Test
  void aMasterThatNeverAnswersIsExitCode4WithAWayOut() throws Exception {
    application(Stage.RUNNING, "");
    world.master.dead = true;
    assertEquals(4, world.run("stop", "digits-1"));
    assertTrue(world.err().contains("yarn application -kill " + APPLICATION), world.err());
  }

  @Test
  void aJobKilledByAnAdministratorHasFailed() {
    application(
        Stage.KILLED, "Application application_1_0001 was killed by user admin at 10.0.0.1");
    assertEquals(0, world.run("describe", "digits-1"));
    assertTrue(world.out().contains("Failed"), world.out());
    assertTrue(world.out().contains("killed by user admin"), world.out());
  }
}
