package dev.heddle.am.yarn;

import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.yarn.api.records.Container;

/**
 * What is wanted of NodeManagers. Calls return at once; what came of them is told on the thread
 * that owns the pairs: empty when the NodeManager has taken the order, else why not.
 */
interface NodeCalls {

  /**
   * @param allocation whom the agent serves
   */
  void startAgent(
      Container container, String host, String allocation, Consumer<Optional<String>> done);

  void startHolder(Container container, Consumer<Optional<String>> done);

  /** In a container that runs nothing yet. */
  void startAlgorithm(Container container, ContainerSpec spec, Consumer<Optional<String>> done);

  /** In the place of a holder. */
  void replaceHolder(Container container, ContainerSpec spec, Consumer<Optional<String>> done);

  /**
   * In the place of an algorithm.
   *
   * @param mark where the holder makes a file
   */
  void replaceAlgorithm(Container container, String mark, Consumer<Optional<String>> done);

  /**
   * @param done is told the container's own address; empty while it isn't known
   */
  void address(Container container, Consumer<Optional<String>> done);

  void terminate(Container container);

  void stop(Container container);
}
