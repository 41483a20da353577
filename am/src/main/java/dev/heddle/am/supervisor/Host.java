package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One host of the job, as far as the supervisor knows. */
final class Host {
  final String name;
  final Event.Allocation allocation;

  private Instant lastHeard;
  private boolean joined;
  private String address = "";
  private String networkInterface = "";
  private AgentPhase phase = AgentPhase.PREPARING;
  private Progress progress = Progress.NONE;
  private Optional<AlgorithmExit> exit = Optional.empty();
  private final Map<String, MetricValue> metrics = new LinkedHashMap<>();
  private boolean suspect;
  private boolean ended;
  private int attempt;
  private boolean started;
  private long lastOrder;

  Host(String name, Event.Allocation allocation, int attempt, Instant now) {
    this.attempt = attempt;
    this.name = name;
    this.allocation = allocation;
    this.lastHeard = now;
  }

  void join(Instant now, String itsAddress, String itsInterface) {
    joined = true;
    address = itsAddress;
    networkInterface = itsInterface;
    heard(now);
  }

  void heard(Instant now) {
    lastHeard = now;
    suspect = false;
  }

  void take(
      AgentPhase newPhase,
      Progress newProgress,
      Optional<AlgorithmExit> newExit,
      List<MetricValue> newMetrics) {
    phase = newPhase;
    progress = newProgress;
    exit = newExit;
    remember(newMetrics);
  }

  /** The last value of each metric stays, whichever attempt it is of. */
  void remember(List<MetricValue> values) {
    values.forEach(value -> metrics.put(value.name(), value));
  }

  List<MetricValue> metrics() {
    return List.copyOf(metrics.values());
  }

  /** What it did for an earlier attempt is forgotten. */
  void enter(int next) {
    attempt = next;
    phase = AgentPhase.PREPARING;
    exit = Optional.empty();
    started = false;
  }

  /** Its algorithm is being started in this attempt. */
  void start() {
    started = true;
  }

  boolean started() {
    return started;
  }

  int attempt() {
    return attempt;
  }

  void suspect() {
    suspect = true;
  }

  void end() {
    ended = true;
  }

  long nextOrder() {
    return ++lastOrder;
  }

  /** Whether the algorithm runs no more here, or never will. */
  boolean quiet() {
    return ended || phase.compareTo(AgentPhase.EXITED) >= 0;
  }

  /** Whether the algorithm has ended in this attempt, or never will begin; it may still save. */
  boolean algorithmEnded() {
    return phase.compareTo(AgentPhase.SAVING) >= 0;
  }

  boolean alive() {
    return !ended;
  }

  boolean joined() {
    return joined;
  }

  /** Since it was last heard of. */
  Instant lastHeard() {
    return lastHeard;
  }

  Duration silence(Instant now) {
    return Duration.between(lastHeard, now);
  }

  String address() {
    return address;
  }

  String networkInterface() {
    return networkInterface;
  }

  AgentPhase phase() {
    return phase;
  }

  long lastOrder() {
    return lastOrder;
  }

  Optional<AlgorithmExit> exit() {
    return exit;
  }

  HostView view() {
    return new HostView(
        name,
        allocation.node(),
        allocation.id(),
        attempt,
        phase,
        progress,
        exit,
        metrics(),
        suspect,
        ended);
  }
}
