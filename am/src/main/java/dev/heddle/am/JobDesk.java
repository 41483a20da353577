package dev.heddle.am;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.record.JobRecord;
import dev.heddle.am.rpc.Desk;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.HostView;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Answers the RPC server's callers from the event loop. */
final class JobDesk implements Desk {
  private static final long PATIENCE_MS = 5_000;

  private final JobLoop loop;
  private final Cluster cluster;
  private final JobRecord record;
  private final Clock clock;
  private final Function<String, Assignment> assignments;
  private final boolean ownAddresses;
  private volatile List<Order.HostAddress> addresses = List.of();

  /**
   * @param ownAddresses whether containers have addresses that are not their nodes'
   * @param assignments the assignment of a host by its name
   */
  JobDesk(
      JobLoop loop,
      Cluster cluster,
      JobRecord record,
      Clock clock,
      boolean ownAddresses,
      Function<String, Assignment> assignments) {
    this.loop = loop;
    this.ownAddresses = ownAddresses;
    this.cluster = cluster;
    this.record = record;
    this.clock = clock;
    this.assignments = assignments;
  }

  @Override
  public Assignment join(String container, String host, String address, String networkInterface)
      throws IOException {
    order(
        await(
            loop.exchange(container, new Event.AgentJoined(container, address, networkInterface))),
        container);
    boolean known =
        await(
            loop.ask(
                view ->
                    view.hosts().stream()
                        .anyMatch(h -> h.name().equals(host) && h.container().equals(container))));
    if (!known) {
      throw new IOException(container + " is not " + host);
    }
    return assignments.apply(host);
  }

  @Override
  public Order report(AgentReport report) throws IOException {
    return order(
        await(loop.exchange(report.containerId(), new Event.AgentReported(report))),
        report.containerId());
  }

  @Override
  public Optional<AlgorithmContainer> algorithm(String container) {
    return cluster.algorithm(container);
  }

  @Override
  public List<Order.HostAddress> addresses() throws IOException {
    if (!ownAddresses || !addresses.isEmpty()) {
      return addresses;
    }
    List<HostView> hosts = await(loop.ask(JobView::hosts));
    List<Order.HostAddress> known = new ArrayList<>();
    for (HostView host : hosts) {
      cluster
          .algorithm(host.container())
          .flatMap(AlgorithmContainer::address)
          .ifPresent(address -> known.add(new Order.HostAddress(host.name(), address)));
    }
    if (!known.isEmpty() && known.size() == hosts.size()) {
      addresses = List.copyOf(known);
    }
    return addresses;
  }

  @Override
  public void startAlgorithm(String container, ContainerSpec spec) throws IOException {
    requireHost(container);
    cluster.startAlgorithm(container, spec);
  }

  @Override
  public void signalAlgorithm(String container, ContainerSignal signal) throws IOException {
    requireHost(container);
    cluster.signalAlgorithm(container, signal);
  }

  private void requireHost(String container) throws IOException {
    boolean known =
        await(
            loop.ask(
                view ->
                    view.hosts().stream()
                        .anyMatch(h -> h.container().equals(container) && !h.ended())));
    if (!known) {
      throw new IOException(container + " is no host of this job");
    }
  }

  @Override
  public String describe() throws IOException {
    return Json.write(await(loop.ask(view -> record.toJson(view, clock.instant()))));
  }

  @Override
  public HostState stateOf(String host) throws IOException {
    Optional<HostView> found =
        await(loop.ask(view -> view.hosts().stream().filter(h -> h.name().equals(host)).findAny()));
    return found
        .map(
            h ->
                h.ended() || h.phase().compareTo(AgentPhase.EXITED) >= 0
                    ? HostState.ENDED
                    : HostState.RUNNING)
        .orElse(HostState.UNKNOWN);
  }

  @Override
  public void stop() {
    loop.post(new Event.StopRequested());
  }

  private static Order order(Optional<Order> order, String container) throws IOException {
    return order.orElseThrow(() -> new IOException(container + " is no host of this job"));
  }

  private static <T> T await(CompletableFuture<T> answer) throws IOException {
    try {
      return answer.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the master is busy: " + e, e);
    }
  }
}
