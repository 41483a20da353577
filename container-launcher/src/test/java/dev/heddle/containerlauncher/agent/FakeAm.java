package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.LogRequest;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An ApplicationMaster that gives whatever order the test has set, and may be away. */
final class FakeAm implements AgentProtocol {
  private final List<AgentReport> reports = new ArrayList<>();
  private static final Duration FAST = Duration.ofMillis(20);

  private final Duration untilReady;
  private Order order = new Order.Prepare(1, 1);
  private List<LogRequest> logRequests = List.of();
  private int failures;
  private Optional<AlgorithmContainer> container = Optional.empty();
  private final List<ContainerSpec> started = new ArrayList<>();
  private final List<ContainerSignal> signals = new ArrayList<>();
  private final List<String> holds = new ArrayList<>();
  private final Map<Integer, List<CheckpointPage.Entry>> listings = new HashMap<>();

  /**
   * @param untilReady the interval it asks for while a host prepares
   */
  FakeAm(Duration untilReady) {
    this.untilReady = untilReady;
  }

  synchronized void order(Order next) {
    order = next;
  }

  synchronized void ask(LogRequest request) {
    logRequests = List.of(request);
  }

  /** Lets so many heartbeats fail from now on. */
  synchronized void fail(int times) {
    failures = times;
  }

  synchronized int failuresLeft() {
    return failures;
  }

  synchronized List<AgentReport> reports() {
    return List.copyOf(reports);
  }

  synchronized AgentReport last() {
    return reports.get(reports.size() - 1);
  }

  @Override
  public Assignment register(String containerId, String host, String address, String carrier)
      throws IOException {
    throw new IOException("not asked for here");
  }

  @Override
  public synchronized AgentReply heartbeat(AgentReport report) throws IOException {
    if (failures > 0) {
      failures--;
      throw new IOException("away");
    }
    reports.add(report);
    List<LogRequest> asked = logRequests;
    logRequests = List.of();
    boolean ready = report.phase().compareTo(AgentPhase.READY) >= 0;
    return new AgentReply(order, asked, ready ? FAST : untilReady, List.of(), container);
  }

  @Override
  public synchronized void startContainer(String containerId, int attempt, ContainerSpec spec)
      throws IOException {
    started.add(spec);
  }

  @Override
  public synchronized void signalContainer(String containerId, int attempt, ContainerSignal signal)
      throws IOException {
    if (failures > 0) {
      throw new IOException("away");
    }
    signals.add(signal);
  }

  @Override
  public synchronized void holdContainer(String containerId, int attempt, String mark)
      throws IOException {
    holds.add(mark);
  }

  @Override
  public synchronized Optional<CheckpointPage> checkpoints(
      String containerId, int attempt, int from) {
    List<CheckpointPage.Entry> listing = listings.get(attempt);
    return listing == null
        ? Optional.empty()
        : Optional.of(
            new CheckpointPage(
                listing.subList(from, Math.min(from + 2, listing.size())), listing.size()));
  }

  synchronized void listing(int attempt, List<CheckpointPage.Entry> listing) {
    listings.put(attempt, listing);
  }

  synchronized List<String> holds() {
    return List.copyOf(holds);
  }

  /** What replies say of the host's algorithm container from now on. */
  synchronized void container(AlgorithmContainer now) {
    container = Optional.of(now);
  }

  synchronized List<ContainerSpec> started() {
    return List.copyOf(started);
  }

  synchronized List<ContainerSignal> signals() {
    return List.copyOf(signals);
  }
}
