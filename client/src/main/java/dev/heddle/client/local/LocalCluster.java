package dev.heddle.client.local;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.supervisor.Event;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.local.LocalHost.Stage;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Hosts on this machine: there are always as many as are asked for. One thread owns their state;
 * what the engine must be waited for is done beside it by {@link ContainerWork}.
 */
final class LocalCluster implements Cluster {
  private static final Logger LOG = LogManager.getLogger(LocalCluster.class);
  private static final Duration CLOSING = Duration.ofSeconds(60);

  private final String run;
  private final Agents agents;
  private final ContainerWork work;
  private final Consumer<Event> events;
  private final ExecutorService owner;
  private final Map<String, LocalHost> hosts = new LinkedHashMap<>();
  private final Map<String, AlgorithmContainer> views = new ConcurrentHashMap<>();
  private final Map<String, String> containers = new ConcurrentHashMap<>();
  private int allocated;
  private volatile boolean closed;

  /**
   * @param run begins the names of allocations and containers; no other run's
   * @param events must return at once
   */
  LocalCluster(String run, Agents agents, ContainerWork work, Consumer<Event> events) {
    this.run = run;
    this.agents = agents;
    this.work = work;
    this.events = events;
    this.owner =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "local-cluster");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to give hosts. */
  void start() {
    events.accept(new Event.ClusterReady(1));
  }

  private void post(Runnable step) {
    try {
      owner.execute(
          () -> {
            try {
              step.run();
            } catch (RuntimeException e) {
              LOG.error("a fault of the local cluster", e);
              events.accept(new Event.ClusterLost(e.toString()));
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("after the end", e);
    }
  }

  @Override
  public void request(int count) {
    post(
        () -> {
          List<Event.Allocation> given = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            allocated++;
            String id = run + "-" + allocated;
            hosts.put(id, new LocalHost(id));
            given.add(new Event.Allocation(id, "localhost"));
          }
          events.accept(new Event.Allocated(given));
        });
  }

  /** What is asked for comes at once. */
  @Override
  public void cancelRequests() {}

  /** There is no other node. */
  @Override
  public void avoid(String node, Duration time) {}

  @Override
  public void launch(String allocation, String host) {
    post(
        () -> {
          LocalHost its = hosts.get(allocation);
          if (its == null || closed) {
            return;
          }
          its.name = host;
          publish(its);
          try {
            AgentProcess agent = agents.start(allocation, host);
            its.agent = Optional.of(agent);
            var unused =
                agent
                    .onExit()
                    .thenAccept(
                        code ->
                            post(() -> agentEnded(its, new AllocationEnd(Cause.EXITED, code, ""))));
          } catch (IOException e) {
            agentEnded(its, new AllocationEnd(Cause.LAUNCH_FAILED, 0, e.getMessage()));
          }
        });
  }

  /** Without its agent it is no host any more. */
  private void agentEnded(LocalHost host, AllocationEnd end) {
    if (isCurrent(host)) {
      giveUp(host);
      events.accept(new Event.AllocationEnded(host.allocation, end));
    }
  }

  @Override
  public void release(String allocation) {
    post(() -> Optional.ofNullable(hosts.get(allocation)).ifPresent(this::giveUp));
  }

  private void giveUp(LocalHost host) {
    hosts.remove(host.allocation);
    views.remove(host.allocation);
    host.agent.ifPresent(AgentProcess::kill);
    host.container.ifPresent(work::remove);
    work.forget(host.allocation, host.agent);
  }

  private boolean isCurrent(LocalHost host) {
    return hosts.get(host.allocation) == host;
  }

  /** A place is always ready here. */
  @Override
  public void renew(String allocation) {}

  @Override
  public void startAlgorithm(String allocation, int attempt, ContainerSpec spec) {
    post(
        () -> {
          LocalHost host = hosts.get(allocation);
          if (host == null || attempt <= host.attempt) {
            return;
          }
          host.attempt = attempt;
          host.wanted = Optional.of(spec);
          host.address = Optional.empty();
          host.end = Optional.empty();
          host.ran = false;
          publish(host);
          startIfWanted(host);
        });
  }

  private void startIfWanted(LocalHost host) {
    boolean free = host.stage == Stage.READY || host.stage == Stage.ENDED;
    if (host.wanted.isEmpty() || !free || closed) {
      return;
    }
    host.stage = Stage.STARTING;
    host.killed = false;
    host.signal = Optional.empty();
    host.container = Optional.empty();
    String name = host.containerName();
    containers.put(host.allocation, name);
    ContainerSpec spec = host.wanted.get();
    host.wanted = Optional.empty();
    work.run(
        name,
        host.name,
        spec,
        new ContainerWork.Told() {
          @Override
          public void started(String container, Optional<String> address) {
            post(() -> onStarted(host, container, address));
          }

          @Override
          public void notStarted(String why) {
            post(() -> onEnded(host, new AllocationEnd(Cause.LAUNCH_FAILED, 0, why)));
          }

          @Override
          public void ended(Engine.End end) {
            post(() -> onEnded(host, end));
          }
        });
  }

  private void onStarted(LocalHost host, String container, Optional<String> address) {
    if (!isCurrent(host)) {
      work.remove(container);
      return;
    }
    host.container = Optional.of(container);
    host.address = address;
    host.ran = true;
    if (host.stage == Stage.RETURNING) {
      work.stop(container);
      return;
    }
    host.stage = Stage.RUNNING;
    LOG.info("{}: {} runs at {}", host.name, host.containerName(), address.orElse("no address"));
    publish(host);
    host.signal.ifPresent(signal -> send(host, signal));
  }

  private void onEnded(LocalHost host, Engine.End end) {
    Cause cause =
        end.outOfMemory() ? Cause.OUT_OF_MEMORY : host.killed ? Cause.RELEASED : Cause.EXITED;
    onEnded(host, new AllocationEnd(cause, end.exitCode(), ""));
  }

  private void onEnded(LocalHost host, AllocationEnd end) {
    if (!isCurrent(host)) {
      return;
    }
    LOG.info("{}: {} {}", host.name, host.containerName(), end.describe());
    host.container = Optional.empty();
    if (host.stage == Stage.RETURNING) {
      host.stage = Stage.READY;
      host.mark.ifPresent(LocalCluster::make);
      host.mark = Optional.empty();
    } else {
      host.stage = Stage.ENDED;
      host.end = Optional.of(end);
    }
    publish(host);
    startIfWanted(host);
  }

  private static void make(Path mark) {
    try {
      Files.createFile(mark);
    } catch (IOException e) {
      LOG.error("the agent can't be told that its algorithm has ended", e);
    }
  }

  /** Nothing need be held here: an algorithm that has ended can be followed by another one. */
  @Override
  public void holdAlgorithm(String allocation, String mark) {
    post(
        () -> {
          LocalHost host = hosts.get(allocation);
          if (host == null || (host.stage != Stage.RUNNING && host.stage != Stage.STARTING)) {
            return;
          }
          host.stage = Stage.RETURNING;
          host.mark = Optional.of(Path.of(mark));
          host.container.ifPresent(work::stop);
        });
  }

  @Override
  public void signalAlgorithm(String allocation, ContainerSignal signal) {
    post(
        () -> {
          LocalHost host = hosts.get(allocation);
          if (host != null) {
            send(host, signal);
          }
        });
  }

  private void send(LocalHost host, ContainerSignal signal) {
    if (host.stage == Stage.STARTING) {
      host.signal = Optional.of(signal);
    } else if (host.container.isPresent()) {
      LOG.info("{}: {} to {}", host.name, signal, host.containerName());
      if (signal == ContainerSignal.TERM) {
        work.stop(host.container.get());
      } else {
        host.killed = true;
        work.kill(host.container.get());
      }
    }
  }

  private void publish(LocalHost host) {
    views.put(host.allocation, host.view());
  }

  @Override
  public Optional<AlgorithmContainer> algorithm(String allocation) {
    return Optional.ofNullable(views.get(allocation));
  }

  @Override
  public String container(String allocation) {
    return containers.getOrDefault(allocation, allocation);
  }

  /** Nobody is asked. */
  @Override
  public void hurry(boolean soon) {}

  /** There is nobody to tell. */
  @Override
  public void finish(TrainingJobStatus status, String diagnostics) {}

  /** Ends all agents and containers, and waits for that. */
  @Override
  public void close() {
    closed = true;
    post(() -> List.copyOf(hosts.values()).forEach(this::giveUp));
    owner.shutdown();
    try {
      if (!owner.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("the hosts did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    work.close();
  }
}
