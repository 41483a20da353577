package dev.heddle.am.yarn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.journal.Entry;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Resource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PairsTest {
  private static final Resource ALGORITHM = Resource.newInstance(8192, 2);
  private static final Resource AGENT = Resource.newInstance(512, 1);
  private static final ContainerSpec SPEC =
      new ContainerSpec("local/image", List.of("train"), Map.of(), List.of(), List.of(), "host");

  private final FakeResourceManager manager = new FakeResourceManager();
  private final NodeRequests nodes =
      new NodeRequests(manager, Map.of(Ask.AGENT, AGENT, Ask.AGAIN, ALGORITHM));
  private final Requests requests = new Requests(manager, ALGORITHM, null, true, nodes);
  private final FakeNodes calls = new FakeNodes();
  private final List<Event> events = new ArrayList<>();
  private final List<Entry> kept = new ArrayList<>();
  private final SetClock clock = new SetClock();
  private final Pairs pairs =
      new Pairs(
          requests,
          nodes,
          calls,
          clock,
          Duration.ofSeconds(60),
          Duration.ofSeconds(600),
          events::add,
          kept::add);

  /** Stands still until it is moved. */
  private static final class SetClock extends Clock {
    private Instant now = Instant.parse("2026-11-25T12:00:00Z");

    void forward(int seconds) {
      now = now.plusSeconds(seconds);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** Notes the calls; the test says what comes of them. */
  private static final class FakeNodes implements NodeCalls {
    final List<String> calls = new ArrayList<>();
    Consumer<Optional<String>> last = failure -> {};

    private void note(String call, Container container, Consumer<Optional<String>> done) {
      calls.add(call + " " + container.getId().getContainerId());
      last = done;
    }

    @Override
    public void startAgent(
        Container container, String host, String allocation, Consumer<Optional<String>> done) {
      note("agent of " + host + " in", container, done);
    }

    @Override
    public void startHolder(Container container, Consumer<Optional<String>> done) {
      note("holder in", container, done);
    }

    @Override
    public void startAlgorithm(
        Container container, ContainerSpec spec, Consumer<Optional<String>> done) {
      note("start in", container, done);
    }

    @Override
    public void replaceHolder(
        Container container, ContainerSpec spec, Consumer<Optional<String>> done) {
      note("replace in", container, done);
    }

    @Override
    public void replaceAlgorithm(
        Container container, String mark, Consumer<Optional<String>> done) {
      note("holder " + mark + " in", container, done);
    }

    @Override
    public void address(Container container, Consumer<Optional<String>> done) {
      note("address of", container, done);
    }

    @Override
    public void terminate(Container container) {
      calls.add("terminate " + container.getId().getContainerId());
    }

    @Override
    public void stop(Container container) {
      calls.add("stop " + container.getId().getContainerId());
    }
  }

  private static Container on(String node, int number, Ask ask) {
    ApplicationAttemptId attempt =
        ApplicationAttemptId.newInstance(ApplicationId.newInstance(1, 1), 1);
    return Container.newInstance(
        ContainerId.newContainerId(attempt, number),
        NodeId.newInstance(node, 1),
        "",
        ask == Ask.AGENT ? AGENT : ALGORITHM,
        ask.priority(),
        null);
  }

  private final Container algorithm = on("a", 1, Ask.HOST);
  private final Container agent = on("a", 2, Ask.AGENT);
  private final String allocation = algorithm.getId().toString();

  @BeforeEach
  void allocateTheAlgorithmsContainer() {
    requests.add(1);
    requests.match(List.of(algorithm));
  }

  private void hold() {
    pairs.place(algorithm, "algo-1");
    pairs.allocated(List.of(agent));
    calls.last.accept(Optional.empty());
    calls.last.accept(Optional.empty());
  }

  private static AllocationEnd exit(int code) {
    return new AllocationEnd(Cause.EXITED, code, "");
  }

  @Test
  void theAgentIsAskedForOnTheAlgorithmsNodeWhichIsOpenMeanwhile() {
    assertEquals(List.of("a", "a:1"), List.copyOf(manager.excluded));
    pairs.place(algorithm, "algo-1");
    assertTrue(manager.excluded.isEmpty());
    assertEquals(List.of("a", "a:1"), manager.asked.get(0).getNodes());
    assertFalse(manager.asked.get(0).getRelaxLocality());
    pairs.allocated(List.of(agent));
    assertEquals(List.of("a", "a:1"), List.copyOf(manager.excluded));
    assertTrue(manager.asked.isEmpty());
  }

  @Test
  void theAgentStartsFirstThenTheHolderThenAllAtOnceTheAlgorithm() {
    pairs.place(algorithm, "algo-1");
    pairs.allocated(List.of(agent));
    assertEquals(List.of("agent of algo-1 in 2"), calls.calls);
    calls.last.accept(Optional.empty());
    assertEquals(List.of("agent of algo-1 in 2", "holder in 1"), calls.calls);
    pairs.start(allocation, 1, SPEC); // sooner than the holder stands
    assertEquals(2, calls.calls.size());
    calls.last.accept(Optional.empty());
    assertEquals("replace in 1", calls.calls.get(2));
    assertFalse(pairs.view(allocation).orElseThrow().started());
    calls.last.accept(Optional.empty());
    assertTrue(pairs.view(allocation).orElseThrow().started());
    pairs.start(allocation, 1, SPEC);
    assertEquals(3, calls.calls.size());
  }

  @Test
  void theAlgorithmsEndIsToldToItsAgentAndEndsNoHost() {
    hold();
    pairs.start(allocation, 1, SPEC);
    calls.last.accept(Optional.empty());
    pairs.ended(algorithm.getId(), exit(3));
    AlgorithmContainer view = pairs.view(allocation).orElseThrow();
    assertEquals(Optional.of(exit(3)), view.end());
    assertTrue(events.isEmpty());
  }

  @Test
  void aHostWhoseAgentEndsIsLostAndItsAlgorithmsContainerGivenBack() {
    hold();
    assertTrue(pairs.ended(agent.getId(), exit(81)));
    assertEquals(List.of(new Event.AllocationEnded(allocation, exit(81))), events);
    assertTrue(manager.released.contains(algorithm.getId()));
    assertEquals(Optional.empty(), pairs.view(allocation));
    assertFalse(pairs.ended(algorithm.getId(), exit(0)));
  }

  @Test
  void anAgentWithoutAPlaceGivesBothBackAndAvoidsTheNodeForAWhile() {
    pairs.place(algorithm, "algo-1");
    clock.forward(59);
    pairs.tick();
    assertTrue(events.isEmpty());
    clock.forward(1);
    pairs.tick();
    assertEquals(
        List.of(new Event.AllocationEnded(allocation, new AllocationEnd(Cause.UNPLACED, 0, "a:1"))),
        events);
    assertEquals(List.of(algorithm.getId()), manager.released);
    assertTrue(manager.asked.isEmpty());
    assertEquals(List.of("a", "a:1"), List.copyOf(manager.excluded));
    clock.forward(301);
    requests.tick(clock.instant(), 3);
    assertTrue(manager.excluded.isEmpty());
  }

  @Test
  void aHolderThatCantStartFallsBackToAskingAgain() {
    pairs.place(algorithm, "algo-1");
    pairs.allocated(List.of(agent));
    calls.last.accept(Optional.empty());
    calls.last.accept(Optional.empty());
    pairs.ended(algorithm.getId(), exit(3));
    assertTrue(events.isEmpty());
    assertEquals(ALGORITHM, manager.asked.get(0).getCapability());
    assertEquals(List.of("a", "a:1"), manager.asked.get(0).getNodes());
    Container another = on("a", 3, Ask.AGAIN);
    pairs.allocated(List.of(another));
    assertEquals(2, calls.calls.size(), "it is not launched before it must");
    pairs.start(allocation, 1, SPEC);
    assertEquals("start in 3", calls.calls.get(2));
    calls.last.accept(Optional.empty());
    assertEquals(another.getId().toString(), pairs.view(allocation).orElseThrow().id());
    pairs.release(allocation);
    assertEquals(another.getId().toString(), pairs.container(allocation));
    assertEquals("another", pairs.container("another"));
  }

  @Test
  void whatIsNotHeldIsAskedForAgainBeforeItExpires() {
    hold();
    pairs.ended(algorithm.getId(), exit(3));
    pairs.allocated(List.of(on("a", 3, Ask.AGAIN)));
    assertTrue(manager.asked.isEmpty());
    clock.forward(419);
    pairs.tick();
    assertTrue(manager.released.isEmpty());
    clock.forward(1);
    pairs.tick();
    assertEquals(List.of(on("a", 3, Ask.AGAIN).getId()), manager.released);
    assertEquals(1, manager.asked.size());
    pairs.allocated(List.of(on("a", 4, Ask.AGAIN)));
    pairs.start(allocation, 1, SPEC);
    assertEquals("start in 4", calls.calls.get(2));
  }

  @Test
  void aHolderTakenByTheSchedulerIsALostHost() {
    hold();
    pairs.ended(algorithm.getId(), new AllocationEnd(Cause.PREEMPTED, 0, "queue b"));
    assertEquals(
        List.of(
            new Event.AllocationEnded(
                allocation, new AllocationEnd(Cause.PREEMPTED, 0, "queue b"))),
        events);
    assertEquals(agent.getId(), manager.released.get(0));
  }

  @Test
  void anOrderThatTheNodeRefusesIsTheAlgorithmsEnd() {
    hold();
    pairs.start(allocation, 1, SPEC);
    calls.last.accept(Optional.of("no such container"));
    assertEquals(
        Optional.of(new AllocationEnd(Cause.LAUNCH_FAILED, 0, "no such container")),
        pairs.view(allocation).orElseThrow().end());
  }

  private static final ContainerSpec ON_BLUE =
      new ContainerSpec("local/image", List.of("train"), Map.of(), List.of(), List.of(), "blue");

  @Test
  void aContainerOnANetworkOfItsOwnIsAskedForItsAddressUntilItHasOne() {
    hold();
    pairs.start(allocation, 1, ON_BLUE);
    calls.last.accept(Optional.empty());
    calls.last.accept(Optional.empty());
    assertEquals(List.of("address of 1", "replace in 1"), calls.calls.subList(2, 4));
    pairs.tick();
    pairs.tick();
    assertEquals(List.of("address of 1"), calls.calls.subList(4, 5));
    calls.last.accept(Optional.empty());
    clock.forward(1);
    pairs.tick();
    calls.last.accept(Optional.of("172.18.0.2"));
    assertEquals(Optional.of("172.18.0.2"), pairs.view(allocation).orElseThrow().address());
    clock.forward(1);
    pairs.tick();
    assertEquals(6, calls.calls.size());
  }

  @Test
  void theAddressOfTheHolderIsNotTakenForTheAlgorithms() {
    hold();
    pairs.start(allocation, 1, ON_BLUE);
    calls.last.accept(Optional.of("10.0.0.7"));
    calls.last.accept(Optional.empty());
    pairs.tick();
    calls.last.accept(Optional.of("10.0.0.7"));
    assertEquals(Optional.empty(), pairs.view(allocation).orElseThrow().address());
    clock.forward(1);
    pairs.tick();
    calls.last.accept(Optional.of("172.18.0.2"));
    assertEquals(Optional.of("172.18.0.2"), pairs.view(allocation).orElseThrow().address());
  }

  private Entry.Paired paired(String stage, int attempt) {
    return new Entry.Paired(
        allocation,
        "algo-1",
        algorithm.getId().toString(),
        agent.getId().toString(),
        stage,
        attempt,
        "host",
        null);
  }

  @Test
  void whatRunsUnderAnEarlierMasterRunsOn() {
    pairs.adopt(paired("STARTED", 2), algorithm, true, agent);
    AlgorithmContainer view = pairs.view(allocation).orElseThrow();
    assertTrue(view.started());
    assertEquals(2, view.attempt());
    pairs.start(allocation, 2, SPEC);
    assertEquals(List.of(), calls.calls, "it is not started twice");
    pairs.ended(algorithm.getId(), exit(0));
    assertEquals(Optional.of(exit(0)), pairs.view(allocation).orElseThrow().end());
  }

  @Test
  void anOrderThatTheEarlierMasterMayNotHaveGivenIsGivenWhenTheAgentRepeatsIt() {
    pairs.adopt(paired("ORDERED", 1), algorithm, true, agent);
    assertEquals(0, pairs.view(allocation).orElseThrow().attempt());
    pairs.start(allocation, 1, SPEC);
    assertEquals(List.of("replace in 1"), calls.calls);
  }

  @Test
  void aHolderThatIsGoneIsAskedForAgainByTheNextMaster() {
    pairs.adopt(paired("HELD", 0), algorithm, false, agent);
    pairs.allocated(List.of(on("a", 5, Ask.AGAIN)));
    assertEquals(List.of("holder in 5"), calls.calls);
  }

  @Test
  void anAlgorithmWhoseEndNobodyTellsHasFailedByThePlatform() {
    pairs.adopt(paired("STARTED", 1), algorithm, false, agent);
    assertEquals(Optional.empty(), pairs.view(allocation).orElseThrow().end());
    pairs.settleAdopted(Set.of());
    assertEquals(
        Optional.of(new AllocationEnd(Cause.MASTERLESS, 0, "")),
        pairs.view(allocation).orElseThrow().end());
  }

  @Test
  void whatBelongsTogetherIsKeptBeforeAnythingIsDoneWithIt() {
    hold();
    assertEquals(agent.getId().toString(), ((Entry.Paired) kept.get(1)).agent());
    assertEquals("HELD", ((Entry.Paired) kept.get(kept.size() - 1)).stage());
    pairs.release(allocation);
    assertEquals(new Entry.Parted(allocation), kept.get(kept.size() - 1));
  }

  @Test
  void signalsReachOnlyARunningAlgorithm() {
    hold();
    pairs.signal(allocation, ContainerSignal.TERM);
    assertEquals(2, calls.calls.size());
    pairs.start(allocation, 1, SPEC);
    calls.last.accept(Optional.empty());
    pairs.signal(allocation, ContainerSignal.TERM);
    pairs.signal(allocation, ContainerSignal.KILL);
    assertEquals(List.of("terminate 1", "stop 1"), calls.calls.subList(3, 5));
    pairs.ended(algorithm.getId(), exit(143));
    pairs.signal(allocation, ContainerSignal.KILL);
    assertEquals(5, calls.calls.size());
  }

  private void runs(int attempt) {
    pairs.start(allocation, attempt, SPEC);
    calls.last.accept(Optional.empty());
  }

  @Test
  void anAlgorithmGoesBackToAHolderAndTheNextOneStartsInTheSameContainer() {
    hold();
    runs(1);
    pairs.hold(allocation, "/node/held");
    assertEquals("holder /node/held in 1", calls.calls.get(3));
    pairs.hold(allocation, "/node/held");
    assertEquals(4, calls.calls.size(), "to be told so again changes nothing");
    calls.last.accept(Optional.empty());
    assertFalse(pairs.view(allocation).orElseThrow().started());
    pairs.renew(allocation);
    assertTrue(manager.asked.isEmpty());
    runs(2);
    assertEquals("replace in 1", calls.calls.get(4));
    assertEquals(2, pairs.view(allocation).orElseThrow().attempt());
    assertTrue(pairs.view(allocation).orElseThrow().started());
  }

  @Test
  void anAlgorithmThatTookItsContainerWithItGetsAnotherOneOnTheSameNode() {
    hold();
    runs(1);
    pairs.ended(algorithm.getId(), exit(137));
    assertEquals(exit(137), pairs.view(allocation).orElseThrow().end().orElseThrow());
    pairs.renew(allocation);
    assertEquals(List.of("a", "a:1"), manager.asked.get(0).getNodes());
    pairs.allocated(List.of(on("a", 3, Ask.AGAIN)));
    assertEquals("holder in 3", calls.calls.get(3));
    calls.last.accept(Optional.empty());
    runs(2);
    assertEquals("replace in 3", calls.calls.get(4));
    assertEquals(Optional.empty(), pairs.view(allocation).orElseThrow().end());
  }

  @Test
  void aNodeWithoutRoomForTheNextAlgorithmLosesTheHost() {
    hold();
    runs(1);
    pairs.ended(algorithm.getId(), exit(137));
    pairs.renew(allocation);
    clock.forward(61);
    pairs.tick();
    assertEquals(
        List.of(new Event.AllocationEnded(allocation, new AllocationEnd(Cause.UNPLACED, 0, "a:1"))),
        events);
  }

  @Test
  void anAlgorithmThatEndsWhileItIsToBeHeldIsToldToItsAgent() {
    hold();
    runs(1);
    pairs.hold(allocation, "/node/held");
    pairs.ended(algorithm.getId(), exit(0));
    assertEquals(exit(0), pairs.view(allocation).orElseThrow().end().orElseThrow());
    assertEquals(1, manager.asked.size(), "another container is asked for at once");
  }

  @Test
  void anAlgorithmsContainerThatTheSchedulerTakesIsALostHost() {
    hold();
    runs(1);
    pairs.ended(algorithm.getId(), new AllocationEnd(Cause.PREEMPTED, 0, ""));
    assertEquals(
        List.of(new Event.AllocationEnded(allocation, new AllocationEnd(Cause.PREEMPTED, 0, ""))),
        events);
  }

  @Test
  void aReleasedPairLeavesNothingBehind() {
    pairs.place(algorithm, "algo-1");
    pairs.release(allocation);
    assertTrue(manager.asked.isEmpty());
    assertTrue(manager.excluded.isEmpty());
    assertEquals(List.of(algorithm.getId()), manager.released);
    pairs.allocated(List.of(agent));
    assertEquals(List.of(algorithm.getId(), agent.getId()), manager.released);
    assertTrue(calls.calls.isEmpty());
  }
}
