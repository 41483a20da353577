package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.TreeSize;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One job's supervisor, its clock, and what it wanted so far. */
abstract class SupervisorFixture {
  static final TreeSize NOTHING = TreeSize.EMPTY;
  static final TreeSize MODEL = new TreeSize(1, 1000);
  static final TreeSize LARGE = new TreeSize(1, 20 << 20);

  Instant now = Instant.parse("2026-11-24T12:00:00Z");
  final List<Action> done = new ArrayList<>();
  final Map<String, Order> orders = new HashMap<>();
  final Map<String, Integer> attempts = new HashMap<>();
  Supervisor supervisor = new Supervisor(Plans.of(2), 1, now);

  List<Action> on(Event event) {
    List<Action> actions = supervisor.handle(now, event);
    for (Action action : actions) {
      if (action instanceof Action.Give give) {
        orders.put(give.allocation(), give.order());
        if (give.order() instanceof Order.Prepare prepare) {
          attempts.put(give.allocation(), prepare.attempt());
        }
      }
    }
    done.addAll(actions);
    return actions;
  }

  void pass(Duration time) {
    now = now.plus(time);
    on(new Event.Tick());
  }

  void allocate(String... ids) {
    List<Event.Allocation> allocations = new ArrayList<>();
    for (String id : ids) {
      allocations.add(new Event.Allocation(id, "node-" + id));
    }
    on(new Event.Allocated(allocations));
  }

  AgentReport report(String host, String container, AgentPhase phase, AlgorithmExit exit) {
    return new AgentReport(
        host,
        container,
        attempts.getOrDefault(container, 1),
        orders.get(container) == null ? 0 : orders.get(container).number(),
        phase,
        Progress.NONE,
        Optional.ofNullable(exit),
        Optional.empty(),
        Map.of(),
        List.of(),
        List.of());
  }

  void says(String host, String container, AgentPhase phase) {
    on(new Event.AgentReported(report(host, container, phase, null)));
  }

  /** An agent has done what it was told last, which was to leave. */
  void saysFarewell(String container) {
    says("gone", container, AgentPhase.EXITED);
  }

  void exits(String host, String container, int code, String failure, TreeSize model) {
    on(
        new Event.AgentReported(
            report(
                host,
                container,
                AgentPhase.EXITED,
                new AlgorithmExit(code, false, failure, "", false, model, NOTHING))));
  }

  void uploaded(String host, String container, ArchiveSlice slice) {
    AgentReport plain = report(host, container, AgentPhase.UPLOADED, null);
    on(
        new Event.AgentReported(
            new AgentReport(
                host,
                container,
                attempts.getOrDefault(container, 1),
                plain.orderDone(),
                AgentPhase.UPLOADED,
                Progress.NONE,
                Optional.of(new AlgorithmExit(0, false, "", "", false, MODEL, NOTHING)),
                Optional.empty(),
                Map.of("model.tar.gz", slice),
                List.of(),
                List.of())));
  }

  void train() {
    on(new Event.ClusterReady(3));
    allocate("a", "b");
    on(new Event.AgentJoined("a", "10.0.0.1", "eth0"));
    on(new Event.AgentJoined("b", "10.0.0.2", "eth0"));
    says("algo-1", "a", AgentPhase.DOWNLOADING);
    says("algo-1", "a", AgentPhase.READY);
    says("algo-2", "b", AgentPhase.READY);
    says("algo-1", "a", AgentPhase.RUNNING);
    says("algo-2", "b", AgentPhase.RUNNING);
  }

  List<String> statuses() {
    return supervisor.view().transitions().stream().map(t -> t.status().wireName()).toList();
  }

  <T extends Action> List<T> all(Class<T> type) {
    return done.stream().filter(type::isInstance).map(type::cast).toList();
  }

  boolean released(String allocation) {
    return all(Action.Release.class).stream().anyMatch(r -> r.allocation().equals(allocation));
  }

  void isLost(String allocation, Cause cause) {
    on(new Event.AllocationEnded(allocation, new AllocationEnd(cause, 0, "")));
  }

  void isKilled(String host, String container) {
    on(
        new Event.AgentReported(
            report(
                host,
                container,
                AgentPhase.EXITED,
                new AlgorithmExit(137, false, "", "", true, NOTHING, NOTHING))));
  }

  void isAtFault(String host, String container, Fault fault) {
    on(
        new Event.AgentReported(
            new AgentReport(
                host,
                container,
                1,
                orders.get(container).number(),
                AgentPhase.EXITED,
                Progress.NONE,
                Optional.empty(),
                Optional.of(fault),
                Map.of(),
                List.of(),
                List.of())));
  }

  static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }
}
