package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Where the agent stands with its attempt and its order: what every heartbeat tells. Used by the
 * agent's loop alone.
 */
final class Standing {
  private static final Logger LOG = LogManager.getLogger(Standing.class);

  private final Supplier<String> name;
  private final Runnable changed;
  private int attempt;
  private AgentPhase phase = AgentPhase.PREPARING;
  private Optional<Order> order = Optional.empty();
  private boolean taken;
  private long orderDone;
  private Optional<AlgorithmExit> exit = Optional.empty();
  private Optional<Fault> fault = Optional.empty();
  private Map<String, ArchiveSlice> slices = Map.of();

  /**
   * @param name what log lines begin with
   * @param changed called when there is something new to tell
   */
  Standing(Supplier<String> name, Runnable changed, int attempt) {
    this.name = name;
    this.changed = changed;
    this.attempt = attempt;
  }

  /** All that an attempt has is forgotten. */
  void begin(int next) {
    attempt = next;
    exit = Optional.empty();
    forgetTransfer();
    enter(AgentPhase.PREPARING);
  }

  /** From here on a fault is the next transfer's; the ApplicationMaster knows of any before. */
  void forgetTransfer() {
    fault = Optional.empty();
    slices = Map.of();
  }

  int attempt() {
    return attempt;
  }

  void enter(AgentPhase next) {
    if (phase != next) {
      LOG.info("{}: {} -> {}", name.get(), phase, next);
      phase = next;
    }
    changed.run();
  }

  AgentPhase phase() {
    return phase;
  }

  boolean is(AgentPhase asked) {
    return phase == asked;
  }

  boolean isBefore(AgentPhase other) {
    return phase.compareTo(other) < 0;
  }

  boolean isAfter(AgentPhase other) {
    return phase.compareTo(other) > 0;
  }

  /** A higher number replaces a lower one. */
  void order(Order next) {
    if (order.isEmpty() || next.number() > order.get().number()) {
      LOG.info("{}: order {} {}", name.get(), next.number(), next.getClass().getSimpleName());
      order = Optional.of(next);
      taken = false;
    }
  }

  /** The current order, if nobody has taken it up yet. */
  Optional<Order> open() {
    return taken ? Optional.empty() : order;
  }

  /** The current order is being carried out. */
  void take() {
    taken = true;
  }

  /** The current order is carried out. */
  void done() {
    taken = true;
    orderDone = order.orElseThrow().number();
    changed.run();
  }

  /** The order is carried out, if it is still the current one. */
  void doneIf(Class<? extends Order> kind) {
    if (order.filter(kind::isInstance).isPresent()) {
      done();
    }
  }

  /** The first fault counts; others follow from it. */
  void fail(Fault what, Throwable cause) {
    LOG.error("{}: {}", name.get(), what.message(), cause);
    if (fault.isEmpty()) {
      fault = Optional.of(what);
    }
  }

  boolean hasFailed() {
    return fault.isPresent();
  }

  void ended(AlgorithmExit its) {
    exit = Optional.of(its);
  }

  void remark(String clause) {
    exit = exit.map(known -> known.withRemark(clause));
  }

  void brought(Map<String, ArchiveSlice> its) {
    slices = its;
  }

  AgentReport report(
      AgentIdentity me,
      Progress progress,
      List<MetricValue> metrics,
      List<LogChunk> logs,
      HostList addresses) {
    return new AgentReport(
        me.host(),
        me.containerId(),
        attempt,
        orderDone,
        phase,
        progress,
        exit,
        fault,
        slices,
        metrics,
        logs,
        addresses.mark());
  }
}
