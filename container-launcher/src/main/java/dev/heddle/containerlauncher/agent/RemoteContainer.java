package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** The host's algorithm container, which the ApplicationMaster holds for it. */
final class RemoteContainer implements ContainerControl {
  private final AgentProtocol am;
  private final String allocation;
  private volatile Attempt attempt = new Attempt(0);

  RemoteContainer(AgentProtocol am, String allocation) {
    this.am = am;
    this.allocation = allocation;
  }

  /** What is waited for in one attempt. */
  private record Attempt(
      int number, CompletableFuture<String> started, CompletableFuture<AllocationEnd> ended) {
    Attempt(int number) {
      this(number, new CompletableFuture<>(), new CompletableFuture<>());
    }
  }

  /** What follows is for that attempt. */
  void enter(int number) {
    attempt = new Attempt(number);
  }

  /** What a heartbeat's answer says of it. */
  void heard(AlgorithmContainer container) {
    Attempt current = attempt;
    if (container.attempt() != current.number()) {
      return;
    }
    if (container.started()) {
      current.started().complete(container.id());
    }
    container.end().ifPresent(current.ended()::complete);
  }

  @Override
  public void start(ContainerSpec spec) throws IOException {
    am.startContainer(allocation, attempt.number(), spec);
  }

  @Override
  public void signal(ContainerSignal signal) throws IOException {
    am.signalContainer(allocation, attempt.number(), signal);
  }

  @Override
  public void hold(Path mark) throws IOException {
    am.holdContainer(allocation, attempt.number(), mark.toString());
  }

  @Override
  public CompletableFuture<String> started() {
    return attempt.started();
  }

  @Override
  public CompletableFuture<AllocationEnd> ended() {
    return attempt.ended();
  }
}
