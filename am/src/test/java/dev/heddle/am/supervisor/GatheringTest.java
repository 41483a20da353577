package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a job gets its hosts together. */
class GatheringTest extends SupervisorFixture {
  private void unplaced(String allocation) {
    on(
        new Event.AllocationEnded(
            allocation, new AllocationEnd(AllocationEnd.Cause.UNPLACED, 0, "node")));
  }

  @Test
  void anAllocationThatStaysPartialIsReleasedAndRetried() {
    on(new Event.ClusterReady(3));
    allocate("a");
    pass(Duration.ofSeconds(59));
    assertFalse(released("a"));
    pass(Duration.ofSeconds(1));
    assertTrue(released("a"));
    assertEquals(List.of("Starting", "Pending"), statuses());
    assertTrue(supervisor.view().notes().get(0).contains("only 1 of 2 hosts"));
    assertEquals(1, all(Action.RequestHosts.class).size());
    pass(Duration.ofSeconds(31));
    assertEquals(
        List.of(new Action.RequestHosts(2), new Action.RequestHosts(2)),
        all(Action.RequestHosts.class));
    allocate("c", "d");
    assertEquals(2, all(Action.Launch.class).size());
  }

  @Test
  void theWaitBeforeAskingAgainDiffersBetweenJobsAndStaysInItsBounds() {
    List<Duration> waits = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      supervisor = new Supervisor(Plans.of(2), seed, now);
      on(new Event.ClusterReady(3));
      allocate("a");
      now = now.plusSeconds(60);
      on(new Event.Tick());
      waits.add(Duration.between(now, supervisor.nextDeadline()));
    }
    assertTrue(waits.stream().distinct().count() > 25);
    assertTrue(
        waits.stream()
            .allMatch(
                w ->
                    w.compareTo(Duration.ofSeconds(5)) >= 0
                        && w.compareTo(Duration.ofSeconds(30)) <= 0));
  }

  @Test
  void aHostWhoseAgentFindsNoRoomIsReplacedAndKeepsItsName() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    says("algo-1", "a", AgentPhase.READY);
    unplaced("b");
    assertEquals(
        List.of(new Action.RequestHosts(2), new Action.RequestHosts(1)),
        all(Action.RequestHosts.class));
    assertTrue(supervisor.view().notes().toString().contains("algo-2 was given back"));
    assertTrue(orders.get("a") instanceof Order.Prepare, "it waits for the other");
    allocate("c");
    on(new Event.AgentJoined("c", "10.0.0.3", "eth0"));
    says("algo-2", "c", AgentPhase.READY);
    Order.Start start = (Order.Start) orders.get("a");
    assertEquals(
        List.of(
            new Order.HostAddress("algo-1", "10.0.0.1"),
            new Order.HostAddress("algo-2", "10.0.0.3")),
        start.hosts());
    assertFalse(released("a"));
  }

  @Test
  void aContainerOfAFormerResourceManagerIsReplacedAndCostsNothing() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(
        new Event.AllocationEnded(
            "b", new AllocationEnd(AllocationEnd.Cause.OUTDATED, 0, "rejected")));
    assertEquals(
        List.of(new Action.RequestHosts(2), new Action.RequestHosts(1)),
        all(Action.RequestHosts.class));
    assertEquals(1, supervisor.view().attempt());
    assertFalse(released("a"));
  }

  @Test
  void aReplacementThatDoesNotComeGivesAllBackAndBeginsAgain() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    unplaced("b");
    pass(Duration.ofSeconds(60));
    assertTrue(released("a"));
    assertEquals("Pending", statuses().get(statuses().size() - 1));
    assertTrue(supervisor.view().hosts().isEmpty());
    pass(Duration.ofSeconds(31));
    allocate("c", "d");
    on(new Event.AgentJoined("c", "10.0.0.1", "eth0"));
    on(new Event.AgentJoined("d", "10.0.0.2", "eth0"));
    says("algo-1", "c", AgentPhase.READY);
    says("algo-2", "d", AgentPhase.READY);
    assertTrue(orders.get("c") instanceof Order.Start);
  }

  @Test
  void aJobStoppedWhileAHostIsReplacedGivesEverythingBack() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    unplaced("b");
    on(new Event.StopRequested());
    assertTrue(done.contains(new Action.CancelRequests()));
    allocate("c");
    assertTrue(released("c"));
    says("algo-1", "a", AgentPhase.EXITED);
    assertEquals(TrainingJobStatus.STOPPED, supervisor.view().status());
  }
}
