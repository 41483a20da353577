package dev.heddle.containerlauncher.protocol;

import java.io.IOException;

/** What an agent says to the ApplicationMaster. Every call may be repeated safely. */
public interface AgentProtocol {

  /**
   * Takes up the host that the ApplicationMaster launched this container for.
   *
   * @param nodeAddress the node's address as its peers reach it
   * @param networkInterface the interface that carries it
   * @throws IOException when the ApplicationMaster can't be reached or doesn't know the container
   */
  Assignment register(String containerId, String host, String nodeAddress, String networkInterface)
      throws IOException;

  /**
   * @throws IOException when the ApplicationMaster can't be reached or refuses the report (an old
   *     attempt, a replaced container)
   */
  AgentReply heartbeat(AgentReport report) throws IOException;

  /**
   * Has the host's algorithm container run. What becomes of it is told by the replies to
   * heartbeats.
   *
   * @throws IOException when the ApplicationMaster can't be reached or doesn't know the container
   */
  void startContainer(String containerId, ContainerSpec spec) throws IOException;

  /**
   * Sends the host's algorithm container a signal; one that has ended is left alone.
   *
   * @throws IOException when the ApplicationMaster can't be reached or doesn't know the container
   */
  void signalContainer(String containerId, ContainerSignal signal) throws IOException;
}
