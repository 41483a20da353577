package dev.heddle.am.yarn;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Resource;

/**
 * A cluster of nodes with room for one host each, behind the real owner of what is asked of it: one
 * sum of requests, allocations in batches as nodes report, none on excluded nodes, and losses.
 */
public final class SimulatedYarn implements Cluster {
  /** So many containers come with one answer at most. */
  private static final int BATCH = 500;

  private final CountingResourceManager manager = new CountingResourceManager();
  private final Resource resource = Resource.newInstance(9216, 2);
  private final Requests requests =
      new Requests(manager, resource, null, true, new NodeRequests(manager, Map.of()));
  private final ApplicationAttemptId application =
      ApplicationAttemptId.newInstance(ApplicationId.newInstance(1, 1), 1);
  private final List<NodeId> free = new ArrayList<>();
  private final Map<String, Container> running = new LinkedHashMap<>();
  private final Map<String, AllocationEnd> ends = new LinkedHashMap<>();
  private final Map<String, Container> ended = new HashMap<>();
  private final int nodes;
  private final Clock clock;
  private final Random random;
  private final Consumer<Event> events;
  private final BiConsumer<String, String> launches;
  private int next;

  /**
   * @param launches is told the allocation and the name of each host whose agent is started
   */
  public SimulatedYarn(
      int nodes,
      Clock clock,
      Random random,
      Consumer<Event> events,
      BiConsumer<String, String> launches) {
    this.nodes = nodes;
    this.clock = clock;
    this.random = random;
    this.events = events;
    this.launches = launches;
    for (int i = 0; i < nodes; i++) {
      free.add(NodeId.newInstance("node-" + i, 8041));
    }
  }

  public void ready() {
    events.accept(new Event.ClusterReady(nodes));
  }

  /** One heartbeat of the ApplicationMaster. */
  public void beat() {
    List<Container> allocated = new ArrayList<>();
    int wanted = Math.min(manager.sum(), BATCH);
    for (int i = 0; i < wanted && !free.isEmpty(); i++) {
      int chosen = random.nextInt(free.size());
      NodeId node = free.get(chosen);
      if (manager.excludes(node)) {
        continue;
      }
      free.set(chosen, free.get(free.size() - 1));
      free.remove(free.size() - 1);
      Container container =
          Container.newInstance(
              ContainerId.newContainerId(application, ++next),
              node,
              "",
              resource,
              Ask.HOST.priority(),
              null);
      allocated.add(container);
      running.put(container.getId().toString(), container);
    }
    List<Container> kept = requests.match(allocated);
    if (!kept.isEmpty()) {
      events.accept(
          new Event.Allocated(
              kept.stream()
                  .map(c -> new Event.Allocation(c.getId().toString(), c.getNodeId().toString()))
                  .toList()));
    }
    manager.takeReleased().forEach(id -> end(id.toString(), AllocationEnd.Cause.RELEASED));
    Map<String, AllocationEnd> now = new LinkedHashMap<>(ends);
    ends.clear();
    now.forEach(
        (id, end) -> {
          requests.forget(ContainerId.fromString(id));
          events.accept(new Event.AllocationEnded(id, end));
        });
    requests.tick(clock.instant(), nodes);
  }

  /** The container's node is lost for good. */
  public void lose(String allocation) {
    if (running.remove(allocation) != null) {
      ends.put(allocation, new AllocationEnd(AllocationEnd.Cause.NODE_LOST, -100, ""));
    }
  }

  /** The container ends by itself, or by order, and its node is free again. */
  public void end(String allocation, AllocationEnd.Cause cause) {
    Container container = running.remove(allocation);
    if (container != null) {
      free.add(container.getNodeId());
      ends.put(allocation, new AllocationEnd(cause, 0, ""));
      ended.put(allocation, container);
    }
  }

  public List<String> running() {
    return List.copyOf(running.keySet());
  }

  @Override
  public void request(int count) {
    requests.add(count);
  }

  @Override
  public void cancelRequests() {
    requests.cancel();
  }

  @Override
  public void release(String allocation) {
    requests.release(ContainerId.fromString(allocation));
  }

  @Override
  public void avoid(String node, Duration time) {
    requests.avoid(NodeId.fromString(node), clock.instant().plus(time));
  }

  @Override
  public void launch(String allocation, String host) {
    launches.accept(allocation, host);
  }

  @Override
  public void renew(String allocation) {}

  @Override
  public void startAlgorithm(String allocation, int attempt, ContainerSpec spec) {}

  @Override
  public void holdAlgorithm(String allocation, String mark) {}

  @Override
  public void signalAlgorithm(String allocation, ContainerSignal signal) {}

  @Override
  public Optional<AlgorithmContainer> algorithm(String allocation) {
    return Optional.empty();
  }

  @Override
  public String container(String allocation) {
    return allocation;
  }

  @Override
  public void hurry(boolean soon) {}

  @Override
  public void finish(TrainingJobStatus status, String diagnostics) {}

  @Override
  public void close() {}
}
