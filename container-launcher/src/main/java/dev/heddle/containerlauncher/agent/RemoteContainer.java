package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** The host's algorithm container, which the ApplicationMaster holds for it. */
final class RemoteContainer implements ContainerControl {
  private final AgentProtocol am;
  private final String allocation;
  private final CompletableFuture<String> started = new CompletableFuture<>();
  private final CompletableFuture<AllocationEnd> ended = new CompletableFuture<>();

  RemoteContainer(AgentProtocol am, String allocation) {
    this.am = am;
    this.allocation = allocation;
  }

  /** What a heartbeat's answer says of it. */
  void heard(AlgorithmContainer container) {
    if (container.started()) {
      started.complete(container.id());
    }
    container.end().ifPresent(ended::complete);
  }

  @Override
  public void start(ContainerSpec spec) throws IOException {
    am.startContainer(allocation, spec);
  }

  @Override
  public void signal(ContainerSignal signal) throws IOException {
    am.signalContainer(allocation, signal);
  }

  @Override
  public CompletableFuture<String> started() {
    return started;
  }

  @Override
  public CompletableFuture<AllocationEnd> ended() {
    return ended;
  }
}
