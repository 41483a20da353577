package dev.heddle.am.cluster;

import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;

/**
 * The port through which a job gets its hosts. Calls return at once; what comes of them arrives as
 * {@link dev.heddle.am.supervisor.Event}s.
 */
public interface Cluster extends Closeable {

  /** Asks for so many more hosts. */
  void request(int count);

  /** Takes back what was asked for and has not come. */
  void cancelRequests();

  /** Gives an allocation back; what runs in it is killed. */
  void release(String allocation);

  /**
   * Takes no further host from the node for a while, as far as other nodes can serve.
   *
   * @param node as an allocation names it
   */
  void avoid(String node, Duration time);

  /**
   * Has a host's algorithm container ready for another algorithm once the last one has ended: held,
   * or asked for again on the same node where it ended with it.
   */
  void renew(String allocation);

  /** Starts the agent of a host in its allocation. */
  void launch(String allocation, String host);

  /**
   * Has the algorithm container of a host run, where it has one of its own; to be told so again
   * changes nothing.
   *
   * @param attempt the attempt it is for
   */
  void startAlgorithm(String allocation, int attempt, ContainerSpec spec);

  /**
   * Ends what runs in a host's algorithm container and has a holder take its place.
   *
   * @param mark where the holder makes a file
   */
  void holdAlgorithm(String allocation, String mark);

  /** Sends a host's algorithm container a signal. */
  void signalAlgorithm(String allocation, ContainerSignal signal);

  /** A host's algorithm container, where it has one of its own. May be asked by any thread. */
  Optional<AlgorithmContainer> algorithm(String allocation);

  /**
   * The container in which a host's algorithm runs, or ran: the allocation itself, unless it had to
   * be replaced. May be asked by any thread, also after the allocation's end.
   */
  String container(String allocation);

  /** Whether something is expected soon, so that asking the cluster often is worth its cost. */
  void hurry(boolean soon);

  /** Tells the cluster how the job ended. Blocks until the cluster has taken note. */
  void finish(TrainingJobStatus status, String diagnostics);

  @Override
  void close();
}
