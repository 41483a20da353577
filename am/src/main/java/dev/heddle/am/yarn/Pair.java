package dev.heddle.am.yarn;

import dev.heddle.am.journal.Entry;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.NodeId;

/** One host's two containers. */
final class Pair {
  /** Where the algorithm container stands. */
  enum Stage {
    /** Allocated; its agent is asked for, or being started. */
    ALLOCATED,
    /** A holder is being started in it. */
    HOLDING,
    /** A holder runs in it. */
    HELD,
    /** It ended before it could be held, and another one is asked for. */
    ASKED_AGAIN,
    /** Allocated again; not launched before it has something to run. */
    UNHELD,
    /** Told to run the algorithm. */
    ORDERED,
    /** Runs the algorithm. */
    STARTED,
    /** Ends the algorithm, and a holder is about to take its place. */
    RETURNING,
    ENDED
  }

  final String allocation;
  final String host;
  final NodeId node;
  final Instant agentDeadline;
  Container algorithm;
  Optional<Container> agent = Optional.empty();
  Stage stage = Stage.ALLOCATED;
  Instant unheldUntil = Instant.MAX;
  Optional<ContainerSpec> wanted = Optional.empty();
  String network = "";
  int attempt;
  boolean holdable = true;
  Instant againDeadline = Instant.MAX;
  Optional<String> address = Optional.empty();
  boolean addressAsked;

  /** For a while its NodeManager still tells this one once the algorithm has taken its place. */
  Optional<String> holderAddress = Optional.empty();

  Optional<AllocationEnd> end = Optional.empty();

  /**
   * @param algorithm its first algorithm container, whose id names the pair for good
   * @param agentDeadline when the agent must have a place
   */
  Pair(Container algorithm, String host, Instant agentDeadline) {
    this(algorithm.getId().toString(), algorithm, host, agentDeadline);
  }

  /**
   * @param allocation the id of its first algorithm container
   */
  Pair(String allocation, Container algorithm, String host, Instant agentDeadline) {
    this.allocation = allocation;
    this.algorithm = algorithm;
    this.host = host;
    this.node = algorithm.getNodeId();
    this.agentDeadline = agentDeadline;
  }

  /** Whether the algorithm was let loose in the container, so that its end is the algorithm's. */
  boolean released() {
    return stage.compareTo(Stage.ORDERED) >= 0;
  }

  Entry.Paired entry() {
    return new Entry.Paired(
        allocation,
        host,
        algorithm.getId().toString(),
        agent.map(container -> container.getId().toString()).orElse(""),
        stage.name(),
        attempt,
        network,
        end.orElse(null));
  }

  AlgorithmContainer view() {
    return new AlgorithmContainer(
        algorithm.getId().toString(), attempt, stage.compareTo(Stage.STARTED) >= 0, address, end);
  }
}
