package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hosts that are gone and may yet save: what is listed, and given back, only afterwards. */
class FenceTest extends SupervisorFixture {
  @BeforeEach
  void forgiving() {
    supervisor = new Supervisor(Plans.relaunching(2, "job"), 1, now);
  }

  private void savesAtFault(String host, String container, Fault fault, long orderDone) {
    on(
        new Event.AgentReported(
            new AgentReport(
                host,
                container,
                1,
                orderDone,
                AgentPhase.SAVING,
                Progress.NONE,
                Optional.empty(),
                Optional.of(fault),
                Map.of(),
                List.of(),
                List.of())));
  }

  private int listings() {
    return all(Action.ListCheckpoints.class).size();
  }

  @Test
  void whatTheNextAttemptStartsFromIsNotListedWhileALostHostMaySave() {
    train();
    isLost("b", Cause.NODE_LOST);
    assertTrue(orders.get("b") instanceof Order.Leave, "its agent may well be alive");
    exits("algo-1", "a", 143, "", NOTHING);
    assertEquals(1, listings());
    says("algo-1", "a", AgentPhase.EXITED);
    assertEquals(1, listings());
    saysFarewell("b");
    assertEquals(2, listings());
    assertEquals(2, ((Order.Prepare) orders.get("a")).attempt());
  }

  @Test
  void aHostThatIsGivenUpSavesFirstAndIsReplacedMeanwhile() {
    train();
    Fault full = new Fault(Fault.Blame.PLATFORM, "its disk is full");
    savesAtFault("algo-2", "b", full, orders.get("b").number());
    assertTrue(orders.get("b") instanceof Order.Halt, "what it has saved goes to S3");
    assertEquals(new Action.RequestHosts(1), last(all(Action.RequestHosts.class)));
    exits("algo-1", "a", 143, "", NOTHING);
    says("algo-1", "a", AgentPhase.EXITED);
    allocate("c");
    savesAtFault("algo-2", "b", full, 0);
    assertEquals(1, listings());
    assertEquals(List.of(), all(Action.Release.class));
    saysFarewell("b");
    assertEquals(List.of(new Action.Release("b")), all(Action.Release.class));
    assertEquals(2, listings());
    assertEquals(2, ((Order.Prepare) orders.get("a")).attempt());
  }

  @Test
  void aJobThatEndsGivesBackAHostThatStillSaves() {
    train();
    savesAtFault("algo-2", "b", new Fault(Fault.Blame.PLATFORM, "full"), 0);
    assertEquals(List.of(), all(Action.Release.class));
    isAtFault("algo-1", "a", new Fault(Fault.Blame.CLIENT, "no such image"));
    on(new Event.StopRequested());
    says("algo-1", "a", AgentPhase.EXITED);
    assertTrue(all(Action.Release.class).contains(new Action.Release("b")));
  }

  @Test
  void aHostThatDoesNotHaltLeavesBeforeItsCheckpointsAreListed() {
    train();
    isKilled("algo-2", "b");
    for (int s = 0; s < 3_600 && orders.get("a") instanceof Order.Halt; s++) {
      says("algo-1", "a", AgentPhase.RUNNING);
      pass(Duration.ofSeconds(1));
    }
    assertTrue(orders.get("a") instanceof Order.Leave, "it was waited for long enough");
    assertEquals(1, listings());
    assertFalse(all(Action.Release.class).contains(new Action.Release("a")));
    saysFarewell("a");
    assertTrue(all(Action.Release.class).contains(new Action.Release("a")));
    assertEquals(2, listings());
  }

  @Test
  void whatAHostAloneStartsFromIsNotListedWhileItsPredecessorSaves() {
    supervisor = new Supervisor(Plans.relaunching(2, "host"), 1, now);
    train();
    Fault full = new Fault(Fault.Blame.PLATFORM, "its disk is full");
    savesAtFault("algo-2", "b", full, 0);
    allocate("c");
    assertEquals(1, listings());
    saysFarewell("b");
    assertEquals(2, listings());
  }

  @Test
  void aPreemptedHostMaySaveUntilItsNodeHasEndedIt() {
    train();
    isLost("b", Cause.PREEMPTED);
    exits("algo-1", "a", 143, "", NOTHING);
    says("algo-1", "a", AgentPhase.EXITED);
    assertEquals(1, listings());
    saysFarewell("b");
    assertEquals(2, listings());
  }

  @Test
  void aHostThatHasEndedForCertainIsNotWaitedFor() {
    train();
    isLost("b", Cause.EXITED);
    exits("algo-1", "a", 143, "", NOTHING);
    says("algo-1", "a", AgentPhase.EXITED);
    assertEquals(2, listings());
  }

  @Test
  void aLostHostThatWasHeardIsWaitedForAMoment() {
    train();
    isLost("b", Cause.NODE_LOST);
    exits("algo-1", "a", 143, "", NOTHING);
    pass(Duration.ofSeconds(4));
    assertEquals(1, listings());
    assertEquals(now.plusSeconds(1), supervisor.nextDeadline());
    pass(Duration.ofSeconds(1));
    assertEquals(2, listings());
  }

  @Test
  void aLostHostThatWasSilentIsWaitedForAsLongAsItsLeaseMayLast() {
    train();
    Instant heard = now;
    pass(Duration.ofSeconds(4));
    says("algo-1", "a", AgentPhase.RUNNING);
    isLost("b", Cause.NODE_LOST);
    exits("algo-1", "a", 143, "", NOTHING);
    Instant over = heard.plus(Plans.of(2).lease()).plus(Supervisor.LEASE_MARGIN);
    while (now.isBefore(over)) {
      assertEquals(1, listings());
      pass(Duration.ofSeconds(1));
      says("algo-1", "a", AgentPhase.EXITED);
    }
    assertEquals(2, listings());
  }
}
