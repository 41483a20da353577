package dev.heddle.client.local;

import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineException;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Calls the engine beside the thread that wants it, a thread for each call that waits. */
final class ContainerWork implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(ContainerWork.class);

  /** Whoever wants an algorithm to stop kills it by itself once its patience is over. */
  private static final Duration STOP_PATIENCE = Duration.ofDays(1);

  private static final long OUTPUT_PATIENCE_S = 30;
  private static final long CLOSING_S = 60;

  private final Engine engine;
  private final Containers containers;
  private final HostDirectories directories;
  private final PrintStream shown;
  private final ExecutorService threads;
  private final Set<String> made = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  /** What becomes of a container, told by any thread. */
  interface Told {
    void started(String container, Optional<String> address);

    /** It never ran. */
    void notStarted(String why);

    /** It has ended, all that it printed has been taken, and it is removed. */
    void ended(Engine.End end);
  }

  /**
   * @param shown gets what algorithms print, behind their hosts' names
   */
  ContainerWork(
      Engine engine, Containers containers, HostDirectories directories, PrintStream shown) {
    this.engine = engine;
    this.containers = containers;
    this.directories = directories;
    this.shown = shown;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "engine-call");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts a container and follows it to its end. */
  void run(String name, String host, ContainerSpec spec, Told told) {
    begin(
        () -> {
          String container = null;
          try {
            container = engine.create(containers.plan(name, host, spec));
            made.add(container);
            if (closing) {
              removeNow(container);
              return;
            }
            engine.start(container);
            Optional<String> address = engine.address(container);
            follow(container, directories.logs().resolve(name), host, address, told);
          } catch (IOException e) {
            if (container != null) {
              removeNow(container);
            }
            told.notStarted(e.getMessage());
          }
        });
  }

  private void follow(String container, Path log, String host, Optional<String> address, Told told)
      throws IOException {
    ContainerOutput output = new ContainerOutput(log, host, shown);
    Future<?> copied =
        threads.submit(
            () -> {
              try (output) {
                engine.copyOutput(container, output.out(), output.err());
              } catch (IOException e) {
                LOG.warn("{}: what it prints can't be followed: {}", host, e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    // After the files are there: the agent takes them for a sign that it runs.
    told.started(container, address);
    try {
      Engine.End end = engine.await(container);
      awaitOutput(copied, host);
      removeNow(container);
      told.ended(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      LOG.warn("{}: the engine doesn't tell how its container ends: {}", host, e.getMessage());
      removeNow(container);
      told.ended(new Engine.End(128 + 9, false));
    }
  }

  private static void awaitOutput(Future<?> copied, String host) throws InterruptedException {
    try {
      copied.get(OUTPUT_PATIENCE_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{}: the last that it printed did not come", host);
    } catch (ExecutionException e) {
      LOG.warn("{}: what it printed could not be kept", host, e.getCause());
    }
  }

  void stop(String container) {
    call("stop", container, () -> engine.stop(container, STOP_PATIENCE));
  }

  void kill(String container) {
    call("kill", container, () -> engine.kill(container));
  }

  void remove(String container) {
    begin(() -> removeNow(container));
  }

  /** Removes what a host had on the disk, once its agent has ended. */
  void forget(String allocation, Optional<AgentProcess> agent) {
    begin(
        () -> {
          try {
            if (agent.isPresent()) {
              agent.get().onExit().get(CLOSING_S, TimeUnit.SECONDS);
            }
            HostDirectories.delete(directories.work(allocation));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException | ExecutionException | TimeoutException e) {
            LOG.warn("{} remains until the run's end: {}", allocation, e.toString());
          }
        });
  }

  private interface EngineCall {
    void run() throws EngineException;
  }

  private void call(String what, String container, EngineCall call) {
    begin(
        () -> {
          try {
            call.run();
          } catch (EngineException e) {
            LOG.warn("{} of {} failed: {}", what, container, e.getMessage());
          }
        });
  }

  private void removeNow(String container) {
    try {
      engine.remove(container);
      made.remove(container);
    } catch (EngineException e) {
      LOG.warn("container {} remains: {}", container, e.getMessage());
    }
  }

  private void begin(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("too late", e);
    }
  }

  /** Removes every container there still is, and waits for what was begun. */
  @Override
  public void close() {
    closing = true;
    made.forEach(this::removeNow);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSING_S, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      threads.shutdownNow();
    }
    made.forEach(this::removeNow);
  }
}
