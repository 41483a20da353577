package dev.heddle.containerlauncher.protocol;

import java.io.IOException;
import java.util.Optional;

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
   * @param attempt the attempt it is for
   * @throws IOException when the ApplicationMaster can't be reached or refuses the call (an old
   *     attempt, a replaced container)
   */
  void startContainer(String containerId, int attempt, ContainerSpec spec) throws IOException;

  /**
   * Sends the host's algorithm container a signal; one that has ended is left alone.
   *
   * @throws IOException when the ApplicationMaster can't be reached or refuses the call (an old
   *     attempt, a replaced container)
   */
  void signalContainer(String containerId, int attempt, ContainerSignal signal) throws IOException;

  /**
   * Ends what runs in the host's algorithm container and has a holder keep it: TERM, and KILL after
   * the time that the node allows.
   *
   * @param mark a path on the node; the holder makes a file there when it has taken the place
   * @throws IOException when the ApplicationMaster can't be reached or refuses the call (an old
   *     attempt, a replaced container)
   */
  void holdContainer(String containerId, int attempt, String mark) throws IOException;

  /**
   * The attempt's listing of the checkpoints, from which all hosts start.
   *
   * @param from how many entries the agent has
   * @return empty while the listing isn't made
   * @throws IOException when the ApplicationMaster can't be reached or refuses the call (an old
   *     attempt, a replaced container)
   */
  Optional<CheckpointPage> checkpoints(String containerId, int attempt, int from)
      throws IOException;
}
