package dev.heddle.client.local;

import java.util.concurrent.CompletableFuture;

/** A host's agent as it runs. */
interface AgentProcess {

  /** Completes with its exit code. */
  CompletableFuture<Integer> onExit();

  /** Ends it at once; one that has ended is left alone. */
  void kill();
}
