package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** An algorithm that is a process on the node. */
final class ProcessAlgorithm implements RunningAlgorithm {
  private static final Logger LOG = LogManager.getLogger(ProcessAlgorithm.class);

  private final Process process;
  private final boolean outer;
  private final Path ready;
  private final CompletableFuture<AlgorithmStatus> exit;

  /**
   * @param process the algorithm, or the process that waits for it outside its namespaces
   * @param ready the file that stands once the process is becoming the algorithm
   * @param guardian what sweeps up after it; empty where the kernel does
   */
  ProcessAlgorithm(Process process, boolean outer, Path ready, Optional<Guardian> guardian) {
    this.process = process;
    this.outer = outer;
    this.ready = ready;
    this.exit =
        process
            .onExit()
            .thenCompose(
                ended ->
                    guardian
                        .map(Guardian::sweep)
                        .orElse(CompletableFuture.completedFuture(true))
                        .thenCompose(clean -> status(ended.exitValue(), clean)));
  }

  private CompletableFuture<AlgorithmStatus> status(int code, boolean clean) {
    if (!clean) {
      LOG.warn("algorithm: processes that it started could not be killed");
    }
    if (!Files.exists(ready)) {
      return CompletableFuture.failedFuture(
          new FaultException(
              Blame.PLATFORM,
              "The algorithm's surroundings could not be set up on the node (exit code "
                  + code
                  + "); the first lines of its stderr.txt say why."));
    }
    return CompletableFuture.completedFuture(new AlgorithmStatus(code));
  }

  private Optional<ProcessHandle> algorithm() {
    return outer ? process.children().findFirst() : Optional.of(process.toHandle());
  }

  @Override
  public long pid() {
    return algorithm().map(ProcessHandle::pid).orElse(0L);
  }

  @Override
  public void terminate() {
    if (Files.exists(ready)) {
      algorithm().ifPresent(ProcessHandle::destroy);
    } else {
      // Still the shell that sets it up, which as PID 1 ignores TERM.
      kill();
    }
  }

  @Override
  public void kill() {
    // Inside first: its end is seen outside only once the kernel has ended all the others.
    algorithm().ifPresentOrElse(ProcessHandle::destroyForcibly, process::destroyForcibly);
  }

  @Override
  public CompletableFuture<AlgorithmStatus> onExit() {
    return exit;
  }
}
