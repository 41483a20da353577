package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.ContainerSpec.Mount;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Runs the algorithm in a Docker container that somebody else starts: here its world is laid out
 * and watched. Its user is the agent's, not the image's (YARN gives containers the submitter's), so
 * HOME is a directory of its own and {@code /dev/shm} memory that data loaders can use.
 */
public final class ContainerRuntime implements AlgorithmRuntime {
  private static final Logger LOG = LogManager.getLogger(ContainerRuntime.class);

  /** Where the algorithm finds a home that it may write to. */
  static final String HOME = "/home/algorithm";

  private static final String HOSTS = "/etc/hosts";
  private static final String SHARED_MEMORY = "/dev/shm";
  private static final int ATTEMPTS = 120;
  private static final long PAUSE_MS = 500;
  private static final long REMINDER_MS = 5_000;
  private static final long LOOK_MS = 20;
  private static final long LOG_PATIENCE_MS = 30_000;

  private final NodePaths paths;
  private final List<Path> logRoots;
  private final String network;
  private final AlgorithmLogs logs;
  private final ContainerControl control;

  private String image;
  private List<String> command;
  private ContainerAlgorithm running;

  /**
   * @param logRoots the node's log directories of the application, each with one directory a
   *     container
   * @param network what {@link ContainerSpec#network()} is
   * @param logs is told where the container's output lies once it runs
   */
  public ContainerRuntime(
      NodePaths paths,
      List<Path> logRoots,
      String network,
      AlgorithmLogs logs,
      ContainerControl control) {
    this.paths = paths;
    this.logRoots = List.copyOf(logRoots);
    this.network = network;
    this.logs = logs;
    this.control = control;
  }

  @Override
  public void prepare(AlgorithmCommand what) throws FaultException {
    image = what.image();
    command = new ArrayList<>(what.entrypoint());
    command.addAll(what.arguments());
    if (command.isEmpty()) {
      command.add("train");
    }
    try {
      Files.createDirectories(home());
      if (!Files.exists(paths.hostsFile())) {
        Files.createFile(paths.hostsFile());
      }
    } catch (IOException e) {
      throw new FaultException(
          Blame.PLATFORM, "The host's directories could not be made on the node: " + e, e);
    }
  }

  @Override
  public RunningAlgorithm start(Map<String, String> environment)
      throws FaultException, InterruptedException {
    ContainerSpec spec =
        new ContainerSpec(
            image,
            command,
            complete(environment),
            List.of(
                new Mount(paths.tree().root().toString(), OptMl.PATH),
                new Mount(paths.hostsFile().toString(), HOSTS),
                new Mount(home().toString(), HOME)),
            List.of(SHARED_MEMORY),
            network);
    order(spec);
    Optional<String> id = awaitStart(spec);
    if (id.isPresent()) {
      awaitOutput(id.get());
    }
    running =
        new ContainerAlgorithm(
            id.orElse(""),
            control,
            new ContainerFaults(image, command.get(0), network, logs),
            paths.work().resolve("held"));
    return running;
  }

  private void order(ContainerSpec spec) throws FaultException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        control.start(spec);
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new FaultException(
              Blame.PLATFORM, "The ApplicationMaster did not start the container: " + e, e);
        }
        LOG.warn("algorithm: not started yet: {}", e.toString());
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  /** The container's id; empty when it ended before it could be told to run anything. */
  private Optional<String> awaitStart(ContainerSpec spec)
      throws FaultException, InterruptedException {
    CompletableFuture<Object> either = CompletableFuture.anyOf(control.started(), control.ended());
    while (!either.isDone()) {
      try {
        either.get(REMINDER_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Another ApplicationMaster may have taken over that doesn't know of it.
        order(spec);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return Optional.ofNullable(control.started().getNow(null));
  }

  /** Waits until the NodeManager has begun to run it, so that what follows reads the right log. */
  private void awaitOutput(String id) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOG_PATIENCE_MS);
    while (System.nanoTime() < deadline) {
      for (Path root : logRoots) {
        Path directory = root.resolve(id);
        if (Files.exists(directory.resolve("stdout.txt"))) {
          logs.moveTo(directory);
          return;
        }
      }
      try {
        AllocationEnd end = control.ended().get(LOOK_MS, TimeUnit.MILLISECONDS);
        LOG.info("algorithm: its container {} before it wrote a log", end.describe());
        return;
      } catch (TimeoutException e) {
        // look again
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    LOG.warn("algorithm: no log of {} below {}", id, logRoots);
  }

  private Map<String, String> complete(Map<String, String> contract) {
    Map<String, String> all = new TreeMap<>();
    String user = System.getProperty("user.name");
    all.put("HOME", HOME);
    // The image's passwd file doesn't know the user; programs that want a name look here.
    all.put("USER", user);
    all.put("LOGNAME", user);
    all.putAll(contract);
    return all;
  }

  private Path home() {
    return paths.scratch().resolve("home");
  }

  @Override
  public void close() {
    if (running != null && !running.onExit().isDone()) {
      running.kill();
    }
  }
}
