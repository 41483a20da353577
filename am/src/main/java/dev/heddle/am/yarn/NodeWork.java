package dev.heddle.am.yarn;

import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Calls NodeManagers beside the thread that wants it, and tells that thread what came of it. */
final class NodeWork implements NodeCalls {
  private static final Logger log = LogManager.getLogger(NodeWork.class);

  private final NodeManagers nodeManagers;
  private final AgentLauncher agents;
  private final AlgorithmLauncher algorithms = new AlgorithmLauncher();
  private final ExecutorService threads;
  private final Consumer<Runnable> owner;

  /**
   * @param threads run the calls, several at once
   * @param owner runs what follows on the thread that wanted them
   */
  NodeWork(
      NodeManagers nodeManagers,
      AgentLauncher agents,
      ExecutorService threads,
      Consumer<Runnable> owner) {
    this.nodeManagers = nodeManagers;
    this.agents = agents;
    this.threads = threads;
    this.owner = owner;
  }

  /** One call to a NodeManager. */
  private interface Call {
    void run() throws IOException, YarnException, InterruptedException;
  }

  @Override
  public void startAgent(
      Container container, String host, String allocation, Consumer<Optional<String>> done) {
    call(
        "start of " + host + "'s agent in " + container.getId(),
        () -> nodeManagers.start(container, agents.contextFor(container.getId(), host, allocation)),
        done);
  }

  @Override
  public void startHolder(Container container, Consumer<Optional<String>> done) {
    call(
        "start of a holder in " + container.getId(),
        () -> nodeManagers.start(container, algorithms.holder()),
        done);
  }

  @Override
  public void startAlgorithm(
      Container container, ContainerSpec spec, Consumer<Optional<String>> done) {
    call(
        "start of the algorithm in " + container.getId(),
        () -> nodeManagers.start(container, algorithms.algorithm(spec)),
        done);
  }

  @Override
  public void replaceHolder(
      Container container, ContainerSpec spec, Consumer<Optional<String>> done) {
    call(
        "start of the algorithm in " + container.getId(),
        () -> nodeManagers.reinitialize(container, algorithms.algorithm(spec)),
        done);
  }

  @Override
  public void replaceAlgorithm(Container container, String mark, Consumer<Optional<String>> done) {
    call(
        "start of a holder in the place of " + container.getId() + "'s algorithm",
        () -> nodeManagers.reinitialize(container, algorithms.holder(mark)),
        done);
  }

  @Override
  public void address(Container container, Consumer<Optional<String>> done) {
    threads.execute(
        () -> {
          Optional<String> address = Optional.empty();
          try {
            address = nodeManagers.address(container);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          } catch (IOException | YarnException | RuntimeException e) {
            log.warn("the address of {} is not known: {}", container.getId(), e.toString());
          }
          Optional<String> found = address;
          owner.accept(() -> done.accept(found));
        });
  }

  @Override
  public void terminate(Container container) {
    call("TERM to " + container.getId(), () -> nodeManagers.terminate(container), failure -> {});
  }

  @Override
  public void stop(Container container) {
    call("stop of " + container.getId(), () -> nodeManagers.stop(container), failure -> {});
  }

  private void call(String what, Call call, Consumer<Optional<String>> done) {
    threads.execute(
        () -> {
          Optional<String> failure = Optional.empty();
          try {
            call.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          } catch (IOException | YarnException | RuntimeException e) {
            log.error("{} failed: {}", what, e.toString());
            failure = Optional.of(ExitCauses.firstLine(e.getMessage()));
          }
          Optional<String> came = failure;
          owner.accept(() -> done.accept(came));
        });
  }
}
