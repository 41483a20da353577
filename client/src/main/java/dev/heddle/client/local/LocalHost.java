package dev.heddle.client.local;

import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.nio.file.Path;
import java.util.Optional;

/** One host: an agent's process and, from attempt to attempt, an algorithm's container. */
final class LocalHost {
  /** Where the algorithm container stands. */
  enum Stage {
    /** None runs, and one may be started. */
    READY,
    /** Being made. */
    STARTING,
    RUNNING,
    /** Told to end; its place is then ready for another one. */
    RETURNING,
    ENDED
  }

  final String allocation;
  String name = "";
  Optional<AgentProcess> agent = Optional.empty();
  Stage stage = Stage.READY;
  int attempt;
  Optional<ContainerSpec> wanted = Optional.empty();

  /** The engine's id, once there is a container. */
  Optional<String> container = Optional.empty();

  boolean ran;
  boolean killed;
  Optional<ContainerSignal> signal = Optional.empty();
  Optional<Path> mark = Optional.empty();
  Optional<String> address = Optional.empty();
  Optional<AllocationEnd> end = Optional.empty();

  LocalHost(String allocation) {
    this.allocation = allocation;
  }

  /** What its container is called in this attempt, which is where its output lies. */
  String containerName() {
    return attempt <= 1 ? allocation : allocation + "-attempt-" + attempt;
  }

  AlgorithmContainer view() {
    return new AlgorithmContainer(containerName(), attempt, ran, address, end);
  }
}
