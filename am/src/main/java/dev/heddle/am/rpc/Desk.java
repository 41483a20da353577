package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The job behind the RPC server. Calls may block for a moment; they come from many threads. */
public interface Desk {

  /**
   * @throws IOException when the job has no such host in that container
   */
  Assignment join(String container, String host, String address, String networkInterface)
      throws IOException;

  /**
   * Takes a report and gives the host's current order.
   *
   * @throws IOException when the container is no host of the job any more
   */
  Order report(AgentReport report) throws IOException;

  /**
   * The host's algorithm container, where it has one of its own.
   *
   * @param container the id by which the host's agent is known
   */
  Optional<AlgorithmContainer> algorithm(String container);

  /**
   * All hosts' addresses where they aren't those of the start: of the containers' own, once all are
   * known, or after some hosts have moved; else empty.
   */
  List<Order.HostAddress> addresses() throws IOException;

  /**
   * @throws IOException when the container is no host of the job any more, or works on another
   *     attempt
   */
  void startAlgorithm(String container, int attempt, ContainerSpec spec) throws IOException;

  /**
   * @throws IOException as {@link #startAlgorithm} does
   */
  void signalAlgorithm(String container, int attempt, ContainerSignal signal) throws IOException;

  /**
   * @throws IOException as {@link #startAlgorithm} does
   */
  void holdAlgorithm(String container, int attempt, String mark) throws IOException;

  /**
   * A page of the attempt's listing of checkpoints; empty while it isn't made.
   *
   * @throws IOException as {@link #startAlgorithm} does
   */
  Optional<CheckpointPage> checkpoints(String container, int attempt, int from) throws IOException;

  /** The job's record now, in the DescribeTrainingJob shape. */
  String describe() throws IOException;

  /** Whether the host exists; whether its algorithm has ended. */
  HostState stateOf(String host) throws IOException;

  void stop();

  /** What a reader of logs must know of a host. */
  enum HostState {
    UNKNOWN,
    RUNNING,
    ENDED
  }
}
