package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.LogRequest;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An ApplicationMaster that gives whatever order the test has set, and may be away. */
final class FakeAm implements AgentProtocol {
  private final List<AgentReport> reports = new ArrayList<>();
  private static final Duration FAST = Duration.ofMillis(20);

  private final Duration untilReady;
  private Order order = new Order.Prepare(1);
  private List<LogRequest> logRequests = List.of();
  private int failures;

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
    return new AgentReply(order, asked, ready ? FAST : untilReady);
  }
}
