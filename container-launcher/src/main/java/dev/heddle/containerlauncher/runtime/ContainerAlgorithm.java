package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** An algorithm in a container that somebody else holds. */
final class ContainerAlgorithm implements RunningAlgorithm {
  private static final Logger LOG = LogManager.getLogger(ContainerAlgorithm.class);

  private final ContainerProcess process;
  private final ContainerControl control;
  private final CompletableFuture<AlgorithmStatus> exit;

  /**
   * @param id the container's; empty when it never ran
   */
  ContainerAlgorithm(String id, ContainerControl control, ContainerFaults faults) {
    this.process = new ContainerProcess(id);
    this.control = control;
    EndWatch watch = new EndWatch(process, control.ended());
    this.exit = control.ended().thenCompose(end -> status(end, watch.sinceGone(), faults));
  }

  private static CompletableFuture<AlgorithmStatus> status(
      AllocationEnd end, Duration late, ContainerFaults faults) {
    return faults
        .of(end)
        .<CompletableFuture<AlgorithmStatus>>map(
            fault -> CompletableFuture.failedFuture(new FaultException(fault)))
        .orElseGet(() -> CompletableFuture.completedFuture(faults.status(end, late)));
  }

  @Override
  public long pid() {
    return process.find();
  }

  @Override
  public void terminate() {
    send(ContainerSignal.TERM);
  }

  @Override
  public void kill() {
    send(ContainerSignal.KILL);
  }

  /**
   * By the one who holds it; who can't reach that one does it by its own hand, as the same user.
   */
  private void send(ContainerSignal signal) {
    CompletableFuture.runAsync(
            () -> {
              try {
                control.signal(signal);
              } catch (IOException e) {
                LOG.warn("algorithm: {} sent directly: {}", signal, e.toString());
                process.signal(signal);
              }
            })
        .exceptionally(
            failure -> {
              LOG.error("algorithm: {} could not be sent", signal, failure);
              return null;
            });
  }

  @Override
  public CompletableFuture<AlgorithmStatus> onExit() {
    return exit;
  }
}
