package dev.heddle.am.cluster;

import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.Closeable;
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

  /** Starts the agent of a host in its allocation. */
  void launch(String allocation, String host);

  /**
   * Has the algorithm container of a host run, where it has one of its own; to be told so again
   * changes nothing.
   */
  void startAlgorithm(String allocation, ContainerSpec spec);

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
