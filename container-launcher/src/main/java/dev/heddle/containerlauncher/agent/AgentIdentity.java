package dev.heddle.containerlauncher.agent;

import java.util.List;

/**
 * Who an agent is.
 *
 * @param host {@code algo-K}
 * @param containerId the id of the allocation that it serves: the YARN container that it lives in,
 *     or its host's algorithm container
 * @param nodeAddress the node's address as its peers reach it
 * @param networkInterface the interface that carries it
 * @param nodeNames what the node calls itself
 */
record AgentIdentity(
    String host,
    String containerId,
    String nodeAddress,
    String networkInterface,
    List<String> nodeNames) {
  AgentIdentity {
    nodeNames = List.copyOf(nodeNames);
  }
}
