package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host of a job that has completed is lost, and its model isn't in S3 yet. */
class LossWhileUploadingTest extends SupervisorFixture {
  private static final ArchiveSlice SLICE = new ArchiveSlice(List.of(), Optional.empty());
  private static final ObjectUri ARCHIVE =
      ObjectUri.parse("s3://bucket/out/fraud-17/output/model.tar.gz");

  @BeforeEach
  void forgiving() {
    job(Plans.relaunching(2, "job"));
  }

  private void job(JobPlan plan) {
    supervisor = new Supervisor(plan, 1, now);
  }

  private void lose(String allocation, Cause cause) {
    on(new Event.AllocationEnded(allocation, new AllocationEnd(cause, 0, "")));
    saysFarewell(allocation);
  }

  private void opened(int merge) {
    on(new Event.UploadsOpened(merge, Map.of("model.tar.gz", "u" + merge)));
  }

  private void complete(TreeSize first, TreeSize second) {
    train();
    exits("algo-1", "a", 0, "", first);
    exits("algo-2", "b", 0, "", second);
  }

  private void uploading() {
    complete(MODEL, MODEL);
    opened(1);
    assertEquals("Uploading", status());
  }

  private String status() {
    List<String> all = statuses();
    return all.get(all.size() - 1);
  }

  private int attemptOf(String allocation) {
    return ((Order.Prepare) orders.get(allocation)).attempt();
  }

  private void runsAgain(String second) {
    on(new Event.AgentJoined(second, "10.0.0.3", "eth0"));
    says("algo-1", "a", AgentPhase.READY);
    says("algo-2", second, AgentPhase.READY);
    says("algo-1", "a", AgentPhase.RUNNING);
    says("algo-2", second, AgentPhase.RUNNING);
    assertEquals("Training", status());
  }

  @Test
  void allTrainAgainFromTheCheckpointsAndTheNextModelCounts() {
    uploading();
    lose("b", Cause.NODE_LOST);
    assertEquals("Restarting", status());
    assertEquals(TrainingJobStatus.IN_PROGRESS, supervisor.view().status());
    assertEquals(Optional.empty(), supervisor.view().trainingEnd());
    assertEquals(Map.of(ARCHIVE, "u1"), all(Action.AbortUploads.class).get(0).uploads());
    assertEquals(2, attemptOf("a"), "who uploaded prepares");
    assertEquals(2, all(Action.ListCheckpoints.class).size());
    Attempt first = supervisor.view().attempts().get(0);
    assertEquals(FailureCause.NODE_LOST, first.cause().orElseThrow());

    allocate("c");
    assertEquals(2, attemptOf("c"));
    runsAgain("c");
    exits("algo-1", "a", 0, "", MODEL);
    exits("algo-2", "c", 0, "", MODEL);
    opened(2);
    uploaded("algo-1", "a", SLICE);
    uploaded("algo-2", "c", SLICE);
    uploaded("algo-1", "a", SLICE);
    assertEquals("u2", all(Action.CompleteUploads.class).get(0).archives().get(0).uploadId());
    on(new Event.UploadsCompleted(2));
    assertEquals(
        List.of(
            "Starting",
            "Downloading",
            "Training",
            "Uploading",
            "Restarting",
            "Training",
            "Uploading",
            "Completed"),
        statuses());
    assertTrue(supervisor.view().modelUploaded());
  }

  @Test
  void aHostWhoseShareIsInS3IsNotMissed() {
    uploading();
    uploaded("algo-1", "a", SLICE);
    lose("a", Cause.NODE_LOST);
    assertEquals("Uploading", status());
    uploaded("algo-2", "b", SLICE);
    assertTrue(orders.get("b") instanceof Order.Append, "who is left writes the end");
    uploaded("algo-2", "b", SLICE);
    on(new Event.UploadsCompleted(1));
    assertEquals("Completed", status());
  }

  @Test
  void aHostThatHasNothingToBringIsNotMissedUntilAllTrainAgain() {
    complete(MODEL, NOTHING);
    opened(1);
    lose("b", Cause.NODE_LOST);
    assertEquals("Uploading", status());
    lose("a", Cause.NODE_LOST);
    assertEquals("Restarting", status());
    assertEquals(4, all(Action.RequestHosts.class).stream().mapToInt(r -> r.count()).sum());
  }

  @Test
  void anAnswerThatWasForTheLostModelIsNotTakenForTheNextOnes() {
    complete(MODEL, MODEL);
    lose("b", Cause.KILLED);
    assertTrue(all(Action.AbortUploads.class).isEmpty(), "nothing is open yet");
    allocate("c");
    runsAgain("c");
    exits("algo-1", "a", 0, "", MODEL);
    exits("algo-2", "c", 0, "", MODEL);
    opened(1);
    assertEquals(Map.of(ARCHIVE, "u1"), all(Action.AbortUploads.class).get(0).uploads());
    opened(2);
    Order.UploadShare share = ((Order.Upload) orders.get("a")).archives().get("model.tar.gz");
    assertEquals("u2", share.target().uploadId());
  }

  @Test
  void whereNoRelaunchIsLeftTheJobFails() {
    job(Plans.of(2));
    uploading();
    lose("b", Cause.NODE_LOST);
    assertEquals("Failed", status());
    String reason = supervisor.view().failureReason();
    assertTrue(reason.startsWith("InternalServerError: the model could not be uploaded: "), reason);
    assertEquals(1, all(Action.AbortUploads.class).size());
  }

  @Test
  void whatIsNotThePlatformsFaultFailsTheJob() {
    uploading();
    lose("b", Cause.OUT_OF_MEMORY);
    assertEquals("Failed", status());
  }

  @Test
  void aJobThatWasToStopDoesNotTrainAgain() {
    uploading();
    on(new Event.StopRequested());
    lose("b", Cause.NODE_LOST);
    assertEquals("Failed", status());
  }

  @Test
  void whatAFailedJobLeftIsNotTrainedFor() {
    train();
    exits("algo-1", "a", 0, "", MODEL);
    on(new Event.StopRequested());
    exits("algo-2", "b", 143, "", MODEL);
    opened(1);
    lose("b", Cause.NODE_LOST);
    assertEquals("Failed", status());
  }

  @Test
  void theTimeLimitIsInForceAgain() {
    uploading();
    lose("b", Cause.NODE_LOST);
    allocate("c");
    runsAgain("c");
    for (int i = 0; i < 181; i++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "c", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(20));
    }
    assertTrue(orders.get("a") instanceof Order.Stop);
  }

  @Test
  void whereNoTimeIsLeftTheJobFails() {
    train();
    for (int i = 0; i < 175; i++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "b", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(20));
    }
    exits("algo-1", "a", 0, "", MODEL);
    exits("algo-2", "b", 0, "", MODEL);
    opened(1);
    for (int i = 0; i < 6; i++) {
      says("algo-1", "a", AgentPhase.UPLOADING);
      says("algo-2", "b", AgentPhase.UPLOADING);
      pass(Duration.ofSeconds(20));
    }
    lose("b", Cause.NODE_LOST);
    assertEquals("Failed", status());
  }

  @Test
  void underPolicyHostAllTrainAgainSinceAllHaveEnded() {
    job(Plans.relaunching(2, "host"));
    uploading();
    lose("b", Cause.NODE_LOST);
    assertEquals("Restarting", status());
    assertEquals(2, attemptOf("a"));
    allocate("c");
    runsAgain("c");
  }

  @Test
  void underPolicyTolerateTheModelIsMergedWithoutTheLostShare() {
    job(Plans.relaunching(2, "tolerate:50%"));
    uploading();
    long given = orders.get("a").number();
    lose("b", Cause.NODE_LOST);
    assertEquals("Uploading", status());
    assertEquals(Map.of(ARCHIVE, "u1"), all(Action.AbortUploads.class).get(0).uploads());
    on(new Event.AgentReported(failedUpload(given)));
    assertEquals("Uploading", status(), "it wrote to what was aborted");
    opened(2);
    Order.UploadShare share = ((Order.Upload) orders.get("a")).archives().get("model.tar.gz");
    assertEquals("u2", share.target().uploadId());
    uploaded("algo-1", "a", SLICE);
    uploaded("algo-1", "a", SLICE);
    on(new Event.UploadsCompleted(2));
    assertEquals("Completed", status());
    assertTrue(supervisor.view().notes().toString().contains("goes on without it (tolerated)"));
  }

  private static AgentReport failedUpload(long order) {
    return new AgentReport(
        "algo-1",
        "a",
        1,
        order,
        AgentPhase.UPLOADED,
        Progress.NONE,
        Optional.of(new AlgorithmExit(0, false, "", "", false, MODEL, NOTHING)),
        Optional.of(new Fault(Fault.Blame.CLIENT, "there is no such upload")),
        Map.of(),
        List.of(),
        List.of());
  }

  @Test
  void underPolicyTolerateAModelThatNobodyElseHasIsTrainedAgain() {
    job(Plans.relaunching(2, "tolerate:50%"));
    complete(NOTHING, MODEL);
    opened(1);
    lose("b", Cause.NODE_LOST);
    assertEquals("Restarting", status());
    assertFalse(released("a"));
  }
}
