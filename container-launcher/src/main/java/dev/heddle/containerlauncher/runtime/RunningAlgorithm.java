package dev.heddle.containerlauncher.runtime;

import java.util.concurrent.CompletableFuture;

/** An algorithm that was started. Safe for use by many threads. */
public interface RunningAlgorithm {

  /** The algorithm's own process as the node counts it; 0 when it can't be found (any more). */
  long pid();

  /** Asks the algorithm to end: SIGTERM to its own process, nothing else. */
  void terminate();

  /**
   * Asks the algorithm to end as {@link #terminate} does, and keeps its place for the next attempt.
   */
  default void halt() {
    terminate();
  }

  /** Ends it and everything it started. */
  void kill();

  /**
   * Completes when neither the algorithm nor anything it started is left; with a {@link
   * FaultException} when the algorithm's surroundings failed before it began.
   */
  CompletableFuture<AlgorithmStatus> onExit();
}
