package dev.heddle.am;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.record.JobRecord;
import dev.heddle.am.rpc.Desk;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.HostView;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.HostList;
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
import java.util.function.BiFunction;

/** Answers the RPC server's callers from the event loop. */
final class JobDesk implements Desk {
  private static final long PATIENCE_MS = 5_000;

  private final JobLoop loop;
  private final Cluster cluster;
  private final Description description;
  private final BiFunction<String, Integer, Assignment> assignments;
  private final CheckpointListings checkpoints;
  private final boolean ownAddresses;
  private volatile Known known = new Known(0, HostList.NONE);

  /** A container whose algorithm's address was not known when last looked at; else no container. */
  private volatile String missing = "";

  /** The containers' own addresses in one attempt. */
  private record Known(int attempt, HostList addresses) {}

  /**
   * @param ownAddresses whether containers have addresses that are not their nodes'
   * @param assignments the assignment of a host by its name, for an attempt
   */
  JobDesk(
      JobLoop loop,
      Cluster cluster,
      JobRecord record,
      Clock clock,
      CheckpointListings checkpoints,
      boolean ownAddresses,
      BiFunction<String, Integer, Assignment> assignments) {
    this.loop = loop;
    this.ownAddresses = ownAddresses;
    this.cluster = cluster;
    this.description =
        new Description(
            () -> Json.write(record.toJson(await(loop.ask(Supervisor::view)), clock.instant())),
            System::nanoTime);
    this.assignments = assignments;
    this.checkpoints = checkpoints;
  }

  @Override
  public Assignment join(String container, String host, String address, String networkInterface)
      throws IOException {
    order(
        await(
            loop.exchange(container, new Event.AgentJoined(container, address, networkInterface))),
        container);
    Optional<HostView> found =
        await(loop.ask(job -> job.host(container))).filter(h -> h.name().equals(host));
    return assignments.apply(
        host, found.orElseThrow(() -> new IOException(container + " is not " + host)).attempt());
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
    if (!ownAddresses) {
      return await(loop.ask(Supervisor::moved));
    }
    int attempt = await(loop.ask(Supervisor::attempt));
    Known last = known;
    if (last.attempt() == attempt) {
      return last.addresses();
    }
    if (isStillMissing()) {
      return HostList.NONE;
    }
    JobView view = await(loop.ask(Supervisor::view));
    List<Order.HostAddress> found = new ArrayList<>();
    for (HostView host : view.hosts()) {
      Optional<String> address = addressOf(host);
      if (address.isEmpty()) {
        missing = host.container();
        return HostList.NONE;
      }
      found.add(new Order.HostAddress(host.name(), address.get()));
    }
    if (!found.isEmpty()) {
      known = new Known(view.attempt(), HostList.of(found));
    }
    return HostList.of(found);
  }

  private Optional<String> addressOf(HostView host) {
    return cluster
        .algorithm(host.container())
        .filter(container -> container.attempt() == host.attempt())
        .flatMap(AlgorithmContainer::address);
  }

  /** While one is missing, every agent that asks would look at all others in vain. */
  private boolean isStillMissing() throws IOException {
    Optional<HostView> host = await(loop.ask(job -> job.host(missing)));
    return host.isPresent() && addressOf(host.get()).isEmpty();
  }

  @Override
  public void startAlgorithm(String container, int attempt, ContainerSpec spec) throws IOException {
    requireHost(container, attempt);
    cluster.startAlgorithm(container, attempt, spec);
  }

  @Override
  public void signalAlgorithm(String container, int attempt, ContainerSignal signal)
      throws IOException {
    requireHost(container, attempt);
    cluster.signalAlgorithm(container, signal);
  }

  @Override
  public void holdAlgorithm(String container, int attempt, String mark) throws IOException {
    requireHost(container, attempt);
    cluster.holdAlgorithm(container, mark);
  }

  @Override
  public Optional<CheckpointPage> checkpoints(String container, int attempt, int from)
      throws IOException {
    requireHost(container, attempt);
    return checkpoints.page(attempt, from);
  }

  /** Who has been replaced, or works on an old attempt, has no say any more. */
  private void requireHost(String container, int attempt) throws IOException {
    Optional<HostView> host = await(loop.ask(job -> job.host(container))).filter(h -> !h.ended());
    if (host.isEmpty()) {
      throw new IOException(container + " is no host of this job");
    }
    if (host.get().attempt() != attempt) {
      throw new IOException(
          container + " is in attempt " + host.get().attempt() + ", not " + attempt);
    }
  }

  @Override
  public String describe() throws IOException {
    return description.recent();
  }

  /** The same, but as the job stands now. */
  String describeNow() throws IOException {
    return description.now();
  }

  @Override
  public HostState stateOf(String host) throws IOException {
    Optional<HostView> found =
        await(
            loop.ask(
                job -> job.view().hosts().stream().filter(h -> h.name().equals(host)).findAny()));
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
