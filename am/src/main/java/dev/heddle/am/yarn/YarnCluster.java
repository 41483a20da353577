package dev.heddle.am.yarn;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.journal.Entry;
import dev.heddle.am.launch.HadoopDefaults;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Hosts from YARN. One thread owns the ResourceManager's client and everything that is asked of it;
 * starting a container, which waits for its NodeManager, is done beside it.
 */
public final class YarnCluster implements Cluster {
  private static final Logger log = LogManager.getLogger(YarnCluster.class);
  private static final int FAST_MS = 50;
  private static final int SLOW_MS = 1_000;

  /** Until then every end is told that came while nobody was in charge. */
  private static final Duration LATE_NEWS = Duration.ofSeconds(10);

  private final Configuration hadoop;
  private final Consumer<Event> events;
  private final Consumer<Entry> keeper;
  private final ExecutorService launches;
  private final Clock clock;
  private final HostContainers shape;
  private final AMRMClient<ContainerRequest> resourceManager;
  private final NodeManagers nodeManagers = new NodeManagers();
  private final NodeRequests nodeRequests;
  private final Requests requests;
  private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  private final Map<String, Container> containers = new ConcurrentHashMap<>();
  private final Thread heartbeat;
  private volatile NodeWork nodeWork;
  private volatile Pairs pairs;
  private volatile boolean hurried = true;
  private volatile boolean closed;
  private volatile boolean takesOver;
  private volatile Set<String> inheritedAlive = Set.of();

  /**
   * @param launches runs container starts, several at once
   * @param keeper keeps entries for another ApplicationMaster; must return at once
   * @param events is called from the heartbeat and from launches; must return at once
   */
  public YarnCluster(
      Configuration hadoop,
      HostContainers shape,
      ExecutorService launches,
      Clock clock,
      Consumer<Event> events,
      Consumer<Entry> keeper) {
    this.keeper = keeper;
    this.hadoop = hadoop;
    this.events = events;
    this.launches = launches;
    this.clock = clock;
    this.shape = shape;
    this.resourceManager = new LabelledClient(shape.nodeLabel());
    this.nodeRequests =
        new NodeRequests(
            resourceManager,
            shape
                .agent()
                .map(agent -> Map.of(Ask.AGENT, agent, Ask.AGAIN, shape.main()))
                .orElse(Map.of()));
    this.requests =
        new Requests(
            resourceManager,
            shape.main(),
            shape.nodeLabel().orElse(null),
            shape.spread(),
            nodeRequests);
    this.heartbeat = new Thread(this::beat, "resource-manager");
    heartbeat.setDaemon(true);
  }

  /**
   * Registers and begins to heartbeat; {@link Event.ClusterReady} follows, or {@link
   * Event.MasterReplaced}.
   *
   * @param inherited what the job has from an earlier ApplicationMaster; what else that one had is
   *     given back. Empty when this is the job's first
   * @throws IOException when the ResourceManager refuses or can't be reached
   */
  public void start(InetSocketAddress rpc, AgentLauncher launcher, Optional<Former> inherited)
      throws IOException {
    takesOver = inherited.isPresent();
    launches.execute(() -> nodeManagers.open(hadoop));
    nodeWork = new NodeWork(nodeManagers, launcher, launches, commands::add);
    if (shape.agent().isPresent()) {
      pairs =
          new Pairs(
              requests,
              nodeRequests,
              nodeWork,
              clock,
              shape.placement(),
              Duration.ofMillis(
                  hadoop.getLong(
                      YarnConfiguration.RM_CONTAINER_ALLOC_EXPIRY_INTERVAL_MS,
                      YarnConfiguration.DEFAULT_RM_CONTAINER_ALLOC_EXPIRY_INTERVAL_MS)),
              events,
              keeper);
    }
    resourceManager.init(patient(hadoop));
    resourceManager.start();
    try {
      inherit(
          resourceManager
              .registerApplicationMaster(rpc.getHostString(), rpc.getPort(), "")
              .getContainersFromPreviousAttempts(),
          inherited.orElse(new Former(Set.of(), Map.of())));
    } catch (YarnException e) {
      throw new IOException(e.getMessage(), e);
    }
    heartbeat.start();
  }

  /**
   * For as long as the cluster wants it, but not with half a minute between two tries: when a new
   * ResourceManager is there, hosts may have been lost meanwhile, and it expects its masters soon.
   */
  private static Configuration patient(Configuration hadoop) {
    Configuration conf = new YarnConfiguration(hadoop);
    HadoopDefaults.replace(
        conf, YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, "1000");
    // Each of the tries would else be a series of tries itself, and all of them take too long.
    conf.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 0);
    return conf;
  }

  private void inherit(List<Container> former, Former wanted) {
    Map<String, Container> alive = new HashMap<>();
    former.forEach(container -> alive.put(container.getId().toString(), container));
    inheritedAlive = Set.copyOf(alive.keySet());
    Set<String> taken = new HashSet<>();
    for (String allocation : wanted.allocations()) {
      if (pairs == null && alive.containsKey(allocation)) {
        Container container = alive.get(allocation);
        containers.put(allocation, container);
        requests.adopt(container.getId(), container.getNodeId());
        taken.add(allocation);
      } else if (pairs != null && wanted.pairs().containsKey(allocation)) {
        Entry.Paired pair = wanted.pairs().get(allocation);
        Container agent = alive.get(pair.agent());
        if (agent != null) {
          requests.adopt(ContainerId.fromString(allocation), agent.getNodeId());
          pairs.adopt(
              pair,
              alive.getOrDefault(pair.algorithm(), gone(pair.algorithm(), agent)),
              alive.containsKey(pair.algorithm()),
              agent);
          taken.add(pair.agent());
          taken.add(pair.algorithm());
        }
      }
    }
    for (Container container : former) {
      boolean kept = taken.contains(container.getId().toString());
      log.info(
          kept ? "taking {} on {} over" : "giving {} on {} back",
          container.getId(),
          container.getNodeId());
      if (!kept) {
        resourceManager.releaseAssignedContainer(container.getId());
      }
    }
  }

  /** One that is no more, on the agent's node. */
  private Container gone(String id, Container agent) {
    return Container.newInstance(
        ContainerId.fromString(id),
        agent.getNodeId(),
        agent.getNodeHttpAddress(),
        shape.main(),
        Ask.HOST.priority(),
        null);
  }

  @Override
  public void hurry(boolean soon) {
    boolean faster = soon && !hurried;
    hurried = soon;
    if (faster) {
      commands.add(() -> {});
    }
  }

  private void beat() {
    boolean first = true;
    Instant settleAt = Instant.MAX;
    try {
      while (!closed) {
        AllocateResponse response = resourceManager.allocate(0.5f);
        if (first && !takesOver) {
          events.accept(new Event.ClusterReady(response.getNumClusterNodes()));
        }
        take(response);
        if (first && takesOver) {
          // What ended meanwhile has just been told.
          events.accept(
              new Event.MasterReplaced(
                  response.getNumClusterNodes(),
                  pairs == null ? Set.copyOf(containers.keySet()) : pairs.allocations()));
          settleAt = clock.instant().plus(LATE_NEWS);
        }
        first = false;
        if (pairs != null && clock.instant().isAfter(settleAt)) {
          settleAt = Instant.MAX;
          pairs.settleAdopted(inheritedAlive);
        }
        int wait = hurried || requests.pending() ? FAST_MS : SLOW_MS;
        Runnable command = commands.poll(wait, TimeUnit.MILLISECONDS);
        while (command != null) {
          command.run();
          command = commands.poll();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (YarnException | IOException | RuntimeException e) {
      if (!closed) {
        log.error("the ResourceManager ended the heartbeat", e);
        events.accept(new Event.ClusterLost(ExitCauses.firstLine(e.toString())));
      }
    }
  }

  private void take(AllocateResponse response) {
    if (!response.getAllocatedContainers().isEmpty()) {
      Map<Boolean, List<Container>> byKind =
          response.getAllocatedContainers().stream()
              .collect(Collectors.partitioningBy(c -> Ask.of(c) == Ask.HOST));
      takeHosts(requests.match(byKind.get(true)));
      if (!byKind.get(false).isEmpty()) {
        pairs.allocated(byKind.get(false));
      }
    }
    for (ContainerStatus status : response.getCompletedContainersStatuses()) {
      takeEnd(status);
    }
    requests.tick(clock.instant(), response.getNumClusterNodes());
    if (pairs != null) {
      pairs.tick();
    }
  }

  private void takeHosts(List<Container> kept) {
    for (Container container : kept) {
      containers.put(container.getId().toString(), container);
      log.info("allocated {} on {}", container.getId(), container.getNodeId());
    }
    if (!kept.isEmpty()) {
      events.accept(
          new Event.Allocated(
              kept.stream()
                  .map(c -> new Event.Allocation(c.getId().toString(), c.getNodeId().toString()))
                  .toList()));
    }
  }

  private void takeEnd(ContainerStatus status) {
    ContainerId id = status.getContainerId();
    if (pairs != null && pairs.ended(id, ExitCauses.inFull(status))) {
      log.info("container {} {}", id, ExitCauses.of(status).describe());
      return;
    }
    requests.forget(id);
    if (containers.remove(id.toString()) != null) {
      AllocationEnd end = ExitCauses.of(status);
      log.info("container {} {}", id, end.describe());
      events.accept(new Event.AllocationEnded(id.toString(), end));
    }
  }

  @Override
  public void request(int count) {
    commands.add(() -> requests.add(count));
  }

  @Override
  public void cancelRequests() {
    commands.add(requests::cancel);
  }

  @Override
  public void release(String allocation) {
    commands.add(
        () -> {
          if (pairs == null || !pairs.release(allocation)) {
            requests.release(ContainerId.fromString(allocation));
          }
        });
  }

  @Override
  public void launch(String allocation, String host) {
    Container container = containers.get(allocation);
    if (container == null) {
      return; // it has ended meanwhile, which was told
    }
    if (pairs != null) {
      containers.remove(allocation);
      commands.add(() -> pairs.place(container, host));
      return;
    }
    nodeWork.startAgent(
        container,
        host,
        allocation,
        failure -> {
          if (failure.isPresent()) {
            release(allocation);
            events.accept(
                new Event.AllocationEnded(allocation, ExitCauses.notStarted(failure.get())));
          } else {
            log.info("launched {} in {} on {}", host, allocation, container.getNodeId());
          }
        });
  }

  @Override
  public void startAlgorithm(String allocation, int attempt, ContainerSpec spec) {
    if (pairs != null) {
      commands.add(() -> pairs.start(allocation, attempt, spec));
    }
  }

  @Override
  public void holdAlgorithm(String allocation, String mark) {
    if (pairs != null) {
      commands.add(() -> pairs.hold(allocation, mark));
    }
  }

  @Override
  public void renew(String allocation) {
    if (pairs != null) {
      commands.add(() -> pairs.renew(allocation));
    }
  }

  @Override
  public void avoid(String node, Duration time) {
    commands.add(() -> requests.avoid(NodeId.fromString(node), clock.instant().plus(time)));
  }

  @Override
  public void signalAlgorithm(String allocation, ContainerSignal signal) {
    if (pairs != null) {
      commands.add(() -> pairs.signal(allocation, signal));
    }
  }

  @Override
  public Optional<AlgorithmContainer> algorithm(String allocation) {
    return pairs == null ? Optional.empty() : pairs.view(allocation);
  }

  @Override
  public String container(String allocation) {
    return pairs == null ? allocation : pairs.container(allocation);
  }

  @Override
  public void finish(TrainingJobStatus status, String diagnostics) {
    FinalApplicationStatus end =
        switch (status) {
          case COMPLETED -> FinalApplicationStatus.SUCCEEDED;
          case STOPPED -> FinalApplicationStatus.KILLED;
          default -> FinalApplicationStatus.FAILED;
        };
    stopBeating();
    try {
      resourceManager.unregisterApplicationMaster(end, diagnostics, "");
    } catch (YarnException | IOException e) {
      log.error("could not unregister: {}", e.toString());
    }
  }

  private void stopBeating() {
    closed = true;
    commands.add(() -> {});
    try {
      heartbeat.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Releases that were still queued go with the application itself.
  }

  @Override
  public void close() {
    if (!closed) {
      stopBeating();
    }
    resourceManager.stop();
    // Not stopping the NodeManagers' client: that would wait for every container's stop in turn.
  }
}
