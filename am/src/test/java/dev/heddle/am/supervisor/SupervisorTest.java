package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SupervisorTest extends SupervisorFixture {
  @Test
  void aJobWithoutAModelGoesFromStartingToCompleted() {
    train();
    exits("algo-1", "a", 0, "", NOTHING);
    exits("algo-2", "b", 0, "", NOTHING);
    assertEquals(List.of("Starting", "Downloading", "Training", "Completed"), statuses());
    assertEquals(TrainingJobStatus.COMPLETED, supervisor.view().status());
    assertTrue(orders.get("a") instanceof Order.Leave);
    assertTrue(all(Action.Finish.class).isEmpty(), "agents still leave");
    on(new Event.AllocationEnded("a", new AllocationEnd(AllocationEnd.Cause.EXITED, 0, "")));
    on(new Event.AllocationEnded("b", new AllocationEnd(AllocationEnd.Cause.EXITED, 0, "")));
    assertEquals(
        List.of(new Action.Finish(SecondaryStatus.COMPLETED, "")), all(Action.Finish.class));
  }

  @Test
  void allHostsStartTogetherWithOneListOfHosts() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    on(new Event.AgentJoined("b", "10.0.0.2", "eth1"));
    says("algo-1", "a", AgentPhase.READY);
    assertTrue(orders.get("a") instanceof Order.Prepare, "one ready host waits for the other");
    says("algo-2", "b", AgentPhase.READY);
    Order.Start first = (Order.Start) orders.get("a");
    Order.Start second = (Order.Start) orders.get("b");
    assertEquals(
        List.of(
            new Order.HostAddress("algo-1", "10.0.0.1"),
            new Order.HostAddress("algo-2", "10.0.0.2")),
        first.hosts());
    assertEquals(first.hosts(), second.hosts());
    assertEquals("eth1", second.networkInterface());
  }

  @Test
  void onOneMachineEachHostHasALoopbackAddressOfItsOwn() {
    on(new Event.ClusterReady(3));
    allocate("container_1_0007_01_000002", "container_1_0007_01_000003");
    on(new Event.AgentJoined("container_1_0007_01_000002", "10.0.0.1", "eth0"));
    on(new Event.AgentJoined("container_1_0007_01_000003", "10.0.0.1", "eth0"));
    says("algo-1", "container_1_0007_01_000002", AgentPhase.READY);
    says("algo-2", "container_1_0007_01_000003", AgentPhase.READY);
    Order.Start start = (Order.Start) orders.get("container_1_0007_01_000002");
    assertEquals("lo", start.networkInterface());
    assertTrue(start.hosts().stream().allMatch(h -> h.address().startsWith("127.0.")));
    assertEquals(2, start.hosts().stream().map(Order.HostAddress::address).distinct().count());
  }

  @Test
  void nothingIsHeldWhileNothingWasAllocated() {
    on(new Event.ClusterReady(3));
    pass(Duration.ofHours(10));
    assertEquals(1, all(Action.RequestHosts.class).size());
    assertEquals(List.of("Starting"), statuses());
  }

  @Test
  void moreHostsThanNodesEndsAtOnceWithACapacityError() {
    supervisor = new Supervisor(Plans.of(4), 1, now);
    on(new Event.ClusterReady(3));
    JobView view = supervisor.view();
    assertEquals(TrainingJobStatus.FAILED, view.status());
    assertTrue(view.failureReason().startsWith("CapacityError: "), view.failureReason());
    assertTrue(view.failureReason().contains("4 hosts"), view.failureReason());
    assertTrue(view.failureReason().contains("3 nodes"), view.failureReason());
    assertEquals(1, all(Action.Finish.class).size());
    assertTrue(all(Action.RequestHosts.class).isEmpty());
  }

  @Test
  void surplusAndLateAllocationsAreGivenBack() {
    on(new Event.ClusterReady(3));
    allocate("a", "b", "c");
    allocate("d");
    assertTrue(released("c") && released("d"));
    assertFalse(released("a") || released("b"));
  }

  @Test
  void anAllocationLostBeforeTheGangIsCompleteIsAskedForAgain() {
    on(new Event.ClusterReady(3));
    allocate("a");
    on(new Event.AllocationEnded("a", new AllocationEnd(AllocationEnd.Cause.NODE_LOST, 0, "")));
    assertEquals(
        List.of(new Action.RequestHosts(2), new Action.RequestHosts(1)),
        all(Action.RequestHosts.class));
    allocate("b", "c");
    assertEquals(2, all(Action.Launch.class).size());
  }

  @Test
  void aFailingHostStopsTheOthersAndItsOwnWordsBecomeTheReason() {
    train();
    exits("algo-2", "b", 3, "the learning rate is negative", NOTHING);
    assertTrue(orders.get("a") instanceof Order.Stop);
    exits("algo-1", "a", 143, "", NOTHING);
    JobView view = supervisor.view();
    assertEquals(TrainingJobStatus.FAILED, view.status());
    assertTrue(
        view.failureReason().startsWith("AlgorithmError: the learning rate is negative"),
        view.failureReason());
    assertTrue(view.failureReason().contains("algo-2"), view.failureReason());
    assertTrue(view.failureReason().contains("exit code 3"), view.failureReason());
  }

  @Test
  void aReasonIsCutAtTheContractsLimitButKeepsThePlaceToLook() {
    train();
    exits("algo-2", "b", 1, "x".repeat(1024), NOTHING);
    exits("algo-1", "a", 143, "", NOTHING);
    String reason = supervisor.view().failureReason();
    assertEquals(1024, reason.length());
    assertTrue(reason.contains("heddle logs fraud-17 --host algo-2"), reason);
  }

  @Test
  void aKilledAlgorithmWithoutAFailureFileTellsItsExitCodeAndSignal() {
    train();
    exits("algo-1", "a", 137, "", NOTHING);
    exits("algo-2", "b", 143, "", NOTHING);
    String reason = supervisor.view().failureReason();
    assertTrue(reason.startsWith("AlgorithmError: Exit Code: 137"), reason);
    assertTrue(reason.contains("SIGKILL"), reason);
  }

  @Test
  void whatAFailedJobLeftIsUploadedAllTheSame() {
    train();
    exits("algo-2", "b", 3, "", NOTHING);
    exits("algo-1", "a", 143, "", MODEL);
    on(new Event.UploadsOpened(1, Map.of("model.tar.gz", "u1")));
    uploaded(
        "algo-1",
        "a",
        new ArchiveSlice(List.of(), Optional.of(ObjectUri.parse("s3://bucket/tail"))));
    uploaded(
        "algo-1",
        "a",
        new ArchiveSlice(List.of(new UploadedPart(9_999, "\"e\"", 10)), Optional.empty()));
    on(new Event.UploadsCompleted(1));
    assertEquals(List.of("Starting", "Downloading", "Training", "Uploading", "Failed"), statuses());
    assertTrue(supervisor.view().modelUploaded());
  }

  @Test
  void twoHostsModelsBecomeOneUploadOfPartsInOrder() {
    train();
    exits("algo-1", "a", 0, "", LARGE);
    exits("algo-2", "b", 0, "", LARGE);
    assertEquals(
        Map.of("model.tar.gz", ObjectUri.parse("s3://bucket/out/fraud-17/output/model.tar.gz")),
        all(Action.OpenUploads.class).get(0).archives());
    on(new Event.UploadsOpened(1, Map.of("model.tar.gz", "u1")));
    Order.UploadShare first = ((Order.Upload) orders.get("a")).archives().get("model.tar.gz");
    Order.UploadShare second = ((Order.Upload) orders.get("b")).archives().get("model.tar.gz");
    assertTrue(first.target().lastPart() < second.target().firstPart(), "shares don't overlap");
    assertEquals("u1", second.target().uploadId());
    UploadedPart late = new UploadedPart(second.target().firstPart(), "\"2\"", 8 << 20);
    uploaded("algo-2", "b", new ArchiveSlice(List.of(late), Optional.empty()));
    assertTrue(orders.get("a") instanceof Order.Upload, "the end waits for every share");
    ObjectUri tail = first.tail();
    UploadedPart early = new UploadedPart(first.target().firstPart(), "\"1\"", 8 << 20);
    uploaded("algo-1", "a", new ArchiveSlice(List.of(early), Optional.of(tail)));
    Order.AppendShare end = ((Order.Append) orders.get("a")).archives().get("model.tar.gz");
    assertEquals(List.of(tail), end.tails());
    assertTrue(end.target().firstPart() > second.target().lastPart());
    UploadedPart last = new UploadedPart(end.target().firstPart(), "\"3\"", 100);
    UploadedPart own = new UploadedPart(first.target().firstPart(), "\"1\"", 8 << 20);
    uploaded("algo-1", "a", new ArchiveSlice(List.of(own, last), Optional.empty()));
    Action.CompleteUploads complete = all(Action.CompleteUploads.class).get(0);
    assertEquals(List.of(own, late, last), complete.archives().get(0).parts());
    assertTrue(complete.tails().contains(tail), "temporary objects are removed");
    on(new Event.UploadsCompleted(1));
    assertEquals(TrainingJobStatus.COMPLETED, supervisor.view().status());
  }

  @Test
  void anUploadThatFailsForGoodFailsTheJobAndLeavesNoHalfUpload() {
    train();
    exits("algo-1", "a", 0, "", MODEL);
    exits("algo-2", "b", 0, "", NOTHING);
    on(new Event.UploadsOpened(1, Map.of("model.tar.gz", "u1")));
    AgentReport plain = report("algo-1", "a", AgentPhase.UPLOADED, null);
    on(
        new Event.AgentReported(
            new AgentReport(
                "algo-1",
                "a",
                1,
                plain.orderDone(),
                AgentPhase.UPLOADED,
                Progress.NONE,
                Optional.of(new AlgorithmExit(0, false, "", "", false, MODEL, NOTHING)),
                Optional.of(new Fault(Fault.Blame.CLIENT, "S3 did not answer for 300 s")),
                Map.of(),
                List.of(),
                List.of())));
    JobView view = supervisor.view();
    assertEquals(TrainingJobStatus.FAILED, view.status());
    assertTrue(view.failureReason().startsWith("ClientError: "), view.failureReason());
    assertTrue(view.failureReason().contains("S3 did not answer"), view.failureReason());
    assertEquals(
        Map.of(ObjectUri.parse("s3://bucket/out/fraud-17/output/model.tar.gz"), "u1"),
        all(Action.AbortUploads.class).get(0).uploads());
  }

  @Test
  void uploadsThatAreOpenedTooLateAreGivenUp() {
    train();
    exits("algo-1", "a", 0, "", MODEL);
    exits("algo-2", "b", 0, "", NOTHING);
    on(new Event.AllocationEnded("a", new AllocationEnd(AllocationEnd.Cause.NODE_LOST, 0, "")));
    assertEquals("Failed", statuses().get(statuses().size() - 1));
    on(new Event.UploadsOpened(1, Map.of("model.tar.gz", "u1")));
    assertEquals(
        Map.of(ObjectUri.parse("s3://bucket/out/fraud-17/output/model.tar.gz"), "u1"),
        all(Action.AbortUploads.class).get(0).uploads());
  }

  @Test
  void aStopDuringTrainingGivesTheGraceThenUploadsAndEndsStopped() {
    train();
    on(new Event.StopRequested());
    assertEquals(TrainingJobStatus.STOPPING, supervisor.view().status());
    assertEquals(Duration.ofMinutes(2), ((Order.Stop) orders.get("a")).grace());
    exits("algo-1", "a", 5, "", MODEL);
    exits("algo-2", "b", 0, "", NOTHING);
    assertEquals(TrainingJobStatus.STOPPING, supervisor.view().status());
    on(new Event.UploadsOpened(1, Map.of("model.tar.gz", "u1")));
    uploaded("algo-1", "a", new ArchiveSlice(List.of(), Optional.empty()));
    uploaded("algo-1", "a", new ArchiveSlice(List.of(), Optional.empty()));
    on(new Event.UploadsCompleted(1));
    assertEquals(
        List.of("Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"),
        statuses());
    assertEquals("", supervisor.view().failureReason());
  }

  @Test
  void aStopWhileHostsAreGatheredGivesThemBack() {
    on(new Event.ClusterReady(3));
    allocate("a");
    on(new Event.StopRequested());
    assertTrue(released("a"));
    assertEquals(List.of("Starting", "Stopping", "Stopped"), statuses());
    assertEquals(1, all(Action.Finish.class).size());
  }

  @Test
  void aHostThatDoesNotStopIsGivenBackAfterTheGrace() {
    train();
    on(new Event.StopRequested());
    exits("algo-1", "a", 143, "", NOTHING);
    for (int second = 0; second < 150; second++) {
      says("algo-2", "b", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(1));
    }
    assertTrue(released("b"));
    assertEquals(TrainingJobStatus.STOPPED, supervisor.view().status());
  }

  @Test
  void aJobPastItsTimeLimitEndsStoppedWithMaxRuntimeExceeded() {
    train();
    Instant limit = now.plus(Duration.ofHours(1));
    while (now.isBefore(limit)) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "b", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(20));
    }
    assertTrue(orders.get("a") instanceof Order.Stop);
    exits("algo-1", "a", 143, "", NOTHING);
    exits("algo-2", "b", 143, "", NOTHING);
    assertEquals(
        List.of("Starting", "Downloading", "Training", "Stopping", "MaxRuntimeExceeded"),
        statuses());
    assertEquals(TrainingJobStatus.STOPPED, supervisor.view().status());
  }

  @Test
  void aSilentAgentIsOnlySuspectUntilItsLeaseAndAMarginAreOver() {
    train();
    for (int second = 0; second < 69; second++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(1));
      if (second == 15) {
        assertTrue(supervisor.view().hosts().get(1).suspect());
        assertFalse(supervisor.view().hosts().get(0).suspect());
      }
    }
    assertEquals(TrainingJobStatus.IN_PROGRESS, supervisor.view().status());
    assertFalse(released("b"));
    for (int second = 0; second < 5; second++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(1));
    }
    assertTrue(released("b"));
    exits("algo-1", "a", 143, "", NOTHING);
    assertTrue(
        supervisor.view().failureReason().startsWith("InternalServerError: "),
        supervisor.view().failureReason());
  }

  @Test
  void aHostKilledForItsMemoryIsTheAlgorithmsFaultWithAdvice() {
    train();
    on(
        new Event.AllocationEnded(
            "b",
            new AllocationEnd(
                AllocationEnd.Cause.OUT_OF_MEMORY, 0, "9.1 GB of 9 GB physical memory used")));
    exits("algo-1", "a", 143, "", NOTHING);
    String reason = supervisor.view().failureReason();
    assertTrue(reason.startsWith("AlgorithmError: algo-2 used more memory"), reason);
    assertTrue(reason.contains("larger instance type"), reason);
  }

  @Test
  void aFaultOfThePreparationFailsTheJobWithItsOwnClass() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    on(
        new Event.AgentReported(
            new AgentReport(
                "algo-1",
                "a",
                1,
                0,
                AgentPhase.EXITED,
                Progress.NONE,
                Optional.empty(),
                Optional.of(new Fault(Fault.Blame.CLIENT, "the image has no executable train")),
                Map.of(),
                List.of(),
                List.of())));
    on(new Event.AgentJoined("b", "10.0.0.2", "eth0"));
    assertTrue(orders.get("b") instanceof Order.Stop);
    says("algo-2", "b", AgentPhase.EXITED);
    assertEquals(
        "ClientError: the image has no executable train (algo-1)",
        supervisor.view().failureReason());
  }

  @Test
  void afterTheEndLateAllocationsAreStillGivenBack() {
    supervisor = new Supervisor(Plans.of(4), 1, now);
    on(new Event.ClusterReady(3));
    allocate("z");
    assertTrue(released("z"));
  }

  @Test
  void whatIsRemarkedOfAnEndIsNoted() {
    train();
    on(
        new Event.AgentReported(
            report(
                "algo-1",
                "a",
                AgentPhase.EXITED,
                new AlgorithmExit(0, false, "", "told late", false, NOTHING, NOTHING))));
    assertTrue(supervisor.view().notes().toString().contains("algo-1: told late"));
  }
}
