package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** An algorithm in a container that somebody else holds. */
final class ContainerAlgorithm implements RunningAlgorithm {
  private static final Logger LOG = LogManager.getLogger(ContainerAlgorithm.class);
  private static final int TERMINATED = 128 + 15;
  private static final int HOLD_ATTEMPTS = 50;
  private static final long HOLD_PAUSE_MS = 200;
  private static final long LOOK_MS = 20;
  private static final long LOOKS_A_REMINDER = 5_000 / LOOK_MS;

  private final ContainerProcess process;
  private final ContainerControl control;
  private final CompletableFuture<AllocationEnd> ended;
  private final CompletableFuture<AlgorithmStatus> exit;
  private final Path mark;
  private volatile boolean halting;

  /**
   * @param id the container's; empty when it never ran
   * @param mark where a holder that takes its place makes a file
   */
  ContainerAlgorithm(String id, ContainerControl control, ContainerFaults faults, Path mark) {
    this.process = new ContainerProcess(id);
    this.control = control;
    this.mark = mark;
    this.ended = control.ended();
    EndWatch watch = new EndWatch(process, ended);
    this.exit = ended.thenCompose(end -> status(end, watch.sinceGone(), faults));
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

  /** The algorithm's own exit code is lost by it: what ended is told as ended by TERM. */
  @Override
  public void halt() {
    halting = true;
    CompletableFuture.runAsync(this::hold)
        .exceptionally(
            failure -> {
              exit.completeExceptionally(failure);
              return null;
            });
  }

  private void hold() {
    try {
      Files.deleteIfExists(mark);
      order();
      // A holder runs only where nothing else does any more.
      for (long looks = 1; !exit.isDone() && !Files.exists(mark); looks++) {
        Thread.sleep(LOOK_MS);
        if (looks % LOOKS_A_REMINDER == 0) {
          // Another ApplicationMaster may have taken over that doesn't know of it.
          order();
        }
      }
      exit.complete(new AlgorithmStatus(TERMINATED));
    } catch (IOException e) {
      LOG.warn("algorithm: its container can't be held, TERM instead: {}", e.toString());
      terminate();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void order() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        control.hold(mark);
        return;
      } catch (IOException e) {
        if (attempt == HOLD_ATTEMPTS) {
          throw e;
        }
        Thread.sleep(HOLD_PAUSE_MS);
      }
    }
  }

  /** Its container goes with it, unless a holder is about to take its place. */
  @Override
  public void kill() {
    if (halting) {
      process.signal(ContainerSignal.KILL);
    } else {
      send(ContainerSignal.KILL);
    }
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
