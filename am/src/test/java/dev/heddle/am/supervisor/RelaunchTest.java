package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelaunchTest extends SupervisorFixture {
  @BeforeEach
  void forgiving() {
    supervisor = new Supervisor(Plans.relaunching(2, "job"), 1, now);
  }

  private void ends(String allocation, Cause cause) {
    isLost(allocation, cause);
    saysFarewell(allocation);
  }

  @Test
  void theLastMetricsOutliveTheHostThatHasEmittedThem() {
    train();
    MetricValue loss = new MetricValue("loss", 0.25, now);
    on(
        new Event.AgentReported(
            new AgentReport(
                "algo-2",
                "b",
                1,
                0,
                AgentPhase.RUNNING,
                Progress.NONE,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(loss),
                List.of())));
    ends("b", Cause.NODE_LOST);
    allocate("c");
    HostView successor = supervisor.host("c").orElseThrow();
    assertEquals("algo-2", successor.name());
    assertEquals(List.of(loss), successor.metrics());
  }

  @Test
  void aLostHostIsReplacedAndAllStartAgainTogether() {
    train();
    ends("b", Cause.NODE_LOST);
    assertEquals("Restarting", last(statuses()));
    assertTrue(orders.get("a") instanceof Order.Halt, "the other host saves and waits");
    assertEquals(new Action.RequestHosts(1), last(all(Action.RequestHosts.class)));
    allocate("c");
    assertEquals(new Action.Launch("c", "algo-2"), last(all(Action.Launch.class)));
    assertEquals(1, all(Action.ListCheckpoints.class).size(), "algo-1 may still save");
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(new Action.ListCheckpoints(2), last(all(Action.ListCheckpoints.class)));
    assertEquals(2, ((Order.Prepare) orders.get("a")).attempt());
    on(new Event.AgentJoined("c", "10.0.0.3", "eth0"));
    says("algo-2", "c", AgentPhase.READY);
    assertTrue(orders.get("c") instanceof Order.Prepare, "one ready host waits for the other");
    says("algo-1", "a", AgentPhase.READY);
    Order.Start start = (Order.Start) orders.get("a");
    assertEquals("10.0.0.3", start.hosts().get(1).address());
    assertEquals(
        List.of("Starting", "Downloading", "Training", "Restarting", "Training"), statuses());
    assertEquals(2, supervisor.view().attempt());
    assertFalse(released("a"), "who survives keeps its allocation");
  }

  @Test
  void whatAHostSaysOfAnOldAttemptIsVoid() {
    train();
    isKilled("algo-2", "b");
    exits("algo-1", "a", 143, "", NOTHING);
    attempts.put("a", 1);
    says("algo-1", "a", AgentPhase.READY);
    attempts.put("a", 2);
    says("algo-2", "b", AgentPhase.READY);
    assertTrue(orders.get("b") instanceof Order.Prepare, "algo-1 isn't ready for attempt 2");
  }

  @Test
  void aKilledAlgorithmStartsAgainWhereItIs() {
    train();
    isKilled("algo-2", "b");
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(1, all(Action.RequestHosts.class).size(), "nobody is replaced");
    assertTrue(all(Action.Renew.class).contains(new Action.Renew("b")));
    assertEquals(2, ((Order.Prepare) orders.get("b")).attempt());
    Attempt first = supervisor.view().attempts().get(0);
    assertEquals(FailureCause.KILLED, first.cause().orElseThrow());
    assertEquals("algo-2", first.host());
  }

  @Test
  void theAlgorithmsOwnFailureFailsTheJob() {
    train();
    exits("algo-2", "b", 3, "no", NOTHING);
    settles();
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(TrainingJobStatus.FAILED, supervisor.view().status());
    assertTrue(supervisor.view().failureReason().startsWith("AlgorithmError: no"));
  }

  /** Time passes in which everybody is heard of. */
  private void settles() {
    for (int second = 0; second < 6; second++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "b", AgentPhase.EXITED);
      pass(Duration.ofSeconds(1));
    }
  }

  @Test
  void aLostHostThatRunsOnIsToldToLeave() {
    train();
    ends("b", Cause.NODE_LOST);
    says("algo-2", "b", AgentPhase.RUNNING);
    assertTrue(orders.get("b") instanceof Order.Leave, () -> "not " + orders.get("b"));
  }

  @Test
  void aFailureThatFollowsFromALostPeerIsNotTheAlgorithms() {
    train();
    exits("algo-1", "a", 1, "connection reset by algo-2", NOTHING);
    pass(Duration.ofSeconds(1));
    ends("b", Cause.NODE_LOST);
    assertEquals("Restarting", last(statuses()));
    assertEquals(FailureCause.NODE_LOST, supervisor.view().attempts().get(0).cause().orElseThrow());
    assertEquals(2, ((Order.Prepare) orders.get("a")).attempt());
  }

  @Test
  void aFailureThatFollowsFromAPeerThatUsedTooMuchMemoryIsToldAsThat() {
    train();
    exits("algo-1", "a", 1, "connection reset by algo-2", NOTHING);
    pass(Duration.ofSeconds(1));
    isAtFault(
        "algo-2", "b", new Fault(Fault.Blame.ALGORITHM, "The algorithm used more memory", true));
    assertEquals(TrainingJobStatus.FAILED, supervisor.view().status());
    assertEquals(
        "AlgorithmError: The algorithm used more memory (algo-2)",
        supervisor.view().failureReason());
  }

  @Test
  void whileAHostIsSilentAFailureIsNotSettled() {
    train();
    exits("algo-1", "a", 1, "connection reset by algo-2", NOTHING);
    for (int second = 0; second < 75; second++) {
      says("algo-1", "a", AgentPhase.EXITED);
      pass(Duration.ofSeconds(1));
    }
    assertEquals("Restarting", last(statuses()), "the silent host was given up");
  }

  @Test
  void whereAllHostsHaveFailedThereIsNothingToWaitFor() {
    train();
    exits("algo-1", "a", 1, "no", NOTHING);
    exits("algo-2", "b", 1, "no", NOTHING);
    assertEquals(TrainingJobStatus.FAILED, supervisor.view().status());
  }

  @Test
  void theAlgorithmsOwnFailureIsForgivenAsOftenAsTheSettingSays() {
    supervisor = new Supervisor(Plans.of(2, FaultPolicy.JOB, 5, 1), 1, now);
    train();
    exits("algo-2", "b", 3, "no", NOTHING);
    settles();
    assertEquals("Restarting", last(statuses()));
    exits("algo-1", "a", 143, "", NOTHING);
    runAgain();
    exits("algo-2", "b", 3, "no", NOTHING);
    settles();
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(TrainingJobStatus.FAILED, supervisor.view().status());
    assertTrue(
        supervisor.view().failureReason().endsWith("There was one relaunch before."),
        supervisor.view().failureReason());
  }

  private void runAgain() {
    says("algo-1", "a", AgentPhase.READY);
    says("algo-2", "b", AgentPhase.READY);
    says("algo-1", "a", AgentPhase.RUNNING);
    says("algo-2", "b", AgentPhase.RUNNING);
  }

  @Test
  void faultsOfThePlatformAreForgivenAsOftenAsTheJobSays() {
    train();
    for (int fault = 1; fault <= 5; fault++) {
      isKilled("algo-2", "b");
      exits("algo-1", "a", 143, "", NOTHING);
      runAgain();
    }
    assertEquals(6, supervisor.view().attempt());
    isKilled("algo-2", "b");
    exits("algo-1", "a", 143, "", NOTHING);
    String reason = supervisor.view().failureReason();
    assertTrue(reason.startsWith("InternalServerError: "), reason);
    assertTrue(reason.contains("There were 5 relaunches before."), reason);
  }

  @Test
  void preemptionCostsNothingButTimeThatGrows() {
    train();
    String lost = "b";
    for (int round = 0; round < 10; round++) {
      int asked = all(Action.RequestHosts.class).size();
      ends(lost, Cause.PREEMPTED);
      exits("algo-1", "a", 143, "", NOTHING);
      assertEquals(asked, all(Action.RequestHosts.class).size(), "not at once");
      int seconds = 0;
      while (all(Action.RequestHosts.class).size() == asked) {
        says("algo-1", "a", AgentPhase.READY);
        pass(Duration.ofSeconds(1));
        seconds++;
      }
      assertEquals(Math.min(60, 1 << round), seconds);
      lost = "b" + round;
      allocate(lost);
      on(new Event.AgentJoined(lost, "10.0.0.2", "eth0"));
      says("algo-1", "a", AgentPhase.READY);
      says("algo-2", lost, AgentPhase.READY);
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", lost, AgentPhase.RUNNING);
    }
    assertEquals("Training", last(statuses()));
  }

  @Test
  void aReplacementThatDoesNotComeIsNotWaitedForWithHostsInHand() {
    train();
    ends("b", Cause.NODE_LOST);
    exits("algo-1", "a", 143, "", NOTHING);
    says("algo-1", "a", AgentPhase.READY);
    for (int second = 0; second < 61; second++) {
      says("algo-1", "a", AgentPhase.READY);
      pass(Duration.ofSeconds(1));
    }
    assertTrue(released("a"));
    assertEquals("Pending", last(statuses()));
    pass(Duration.ofSeconds(31));
    assertEquals(new Action.RequestHosts(2), last(all(Action.RequestHosts.class)));
    allocate("c", "d");
    assertEquals(2, ((Order.Prepare) orders.get("c")).attempt(), "the attempt never began");
    assertEquals(2, all(Action.ListCheckpoints.class).size());
  }

  @Test
  void aHostThatDoesNotHaltIsReplaced() {
    train();
    isKilled("algo-2", "b");
    for (int second = 0; second < 700; second++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "b", AgentPhase.EXITED);
      pass(Duration.ofSeconds(1));
    }
    assertTrue(released("a"));
    assertEquals(new Action.RequestHosts(1), last(all(Action.RequestHosts.class)));
    assertEquals(2, ((Order.Prepare) orders.get("b")).attempt());
  }

  @Test
  void aNodeThatFailsIsAvoidedForATimeThatGrows() {
    train();
    String lost = "b";
    for (int round = 0; round < 3; round++) {
      on(new Event.AllocationEnded(lost, new AllocationEnd(Cause.EXITED, 70, "the agent failed")));
      exits("algo-1", "a", 143, "", NOTHING);
      lost = "b" + round;
      on(new Event.Allocated(List.of(new Event.Allocation(lost, "node-b"))));
      on(new Event.AgentJoined(lost, "10.0.0.2", "eth0"));
      says("algo-1", "a", AgentPhase.READY);
      says("algo-2", lost, AgentPhase.READY);
    }
    assertEquals(
        List.of(
            new Action.Avoid("node-b", Duration.ofMinutes(1)),
            new Action.Avoid("node-b", Duration.ofMinutes(2)),
            new Action.Avoid("node-b", Duration.ofMinutes(4))),
        all(Action.Avoid.class));
  }

  @Test
  void theTimeLimitCoversAllAttempts() {
    train();
    for (int minute = 0; minute < 50; minute++) {
      keepAlive();
    }
    isKilled("algo-2", "b");
    exits("algo-1", "a", 143, "", NOTHING);
    runAgain();
    for (int minute = 0; minute < 11; minute++) {
      keepAlive();
    }
    assertTrue(orders.get("a") instanceof Order.Stop);
  }

  private void keepAlive() {
    for (int i = 0; i < 3; i++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      says("algo-2", "b", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(20));
    }
  }

  @Test
  void aStopWhileHostsSaveStopsTheJob() {
    train();
    isKilled("algo-2", "b");
    on(new Event.StopRequested());
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(TrainingJobStatus.STOPPED, supervisor.view().status());
  }

  @Test
  void underPolicyHostTheLostHostAloneStartsAgain() {
    supervisor = new Supervisor(Plans.relaunching(2, "host"), 1, now);
    train();
    ends("b", Cause.NODE_LOST);
    assertTrue(orders.get("a") instanceof Order.Start, "algo-1 runs on");
    allocate("c");
    assertEquals(2, ((Order.Prepare) orders.get("c")).attempt());
    on(new Event.AgentJoined("c", "10.0.0.3", "eth0"));
    says("algo-2", "c", AgentPhase.READY);
    assertTrue(orders.get("c") instanceof Order.Start);
    assertEquals("10.0.0.3", supervisor.view().addresses().get(1).address());
    says("algo-2", "c", AgentPhase.RUNNING);
    exits("algo-1", "a", 0, "", NOTHING);
    assertEquals("Training", last(statuses()));
    exits("algo-2", "c", 0, "", NOTHING);
    assertEquals("Completed", last(statuses()));
  }

  @Test
  void underPolicyTolerateTheJobGoesOnWithoutSomeHosts() {
    supervisor = new Supervisor(Plans.relaunching(2, "tolerate:50%"), 1, now);
    train();
    ends("b", Cause.NODE_LOST);
    assertTrue(orders.get("a") instanceof Order.Start);
    exits("algo-1", "a", 0, "", NOTHING);
    assertEquals("Completed", last(statuses()));
    assertTrue(supervisor.view().notes().toString().contains("algo-2"));
  }

  @Test
  void beyondWhatIsToleratedAllStartAgain() {
    supervisor = new Supervisor(Plans.relaunching(2, "tolerate:40%"), 1, now);
    train();
    ends("b", Cause.NODE_LOST);
    assertTrue(orders.get("a") instanceof Order.Halt);
  }

  @Test
  void checkpointsThatCannotBeListedFailTheJob() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(
        new Event.CheckpointsFailed(
            new Fault(Fault.Blame.CLIENT, "The bucket nowhere does not exist.")));
    says("algo-1", "a", AgentPhase.EXITED);
    says("algo-2", "b", AgentPhase.EXITED);
    assertEquals(
        "ClientError: the checkpoints could not be listed: The bucket nowhere does not exist.",
        supervisor.view().failureReason());
  }
}
