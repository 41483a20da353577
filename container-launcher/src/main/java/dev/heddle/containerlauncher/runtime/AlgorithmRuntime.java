package dev.heddle.containerlauncher.runtime;

import java.util.Map;

/**
 * Starts the algorithm of one host, once in each attempt; not for use by several threads at once.
 */
public interface AlgorithmRuntime extends AutoCloseable {

  /**
   * Brings the image to the node and finds out whether it can be started. The host's tree stands.
   *
   * @throws FaultException when it can't be started here
   * @throws InterruptedException when the attempt was stopped meanwhile
   */
  void prepare(AlgorithmCommand command) throws FaultException, InterruptedException;

  /**
   * Starts what was prepared; again only when what was started has ended. The host's hosts file
   * stands.
   *
   * @param environment the contract's variables; the runtime adds PATH, HOME and TMPDIR
   * @throws FaultException when no process came to be
   */
  RunningAlgorithm start(Map<String, String> environment)
      throws FaultException, InterruptedException;

  /** Kills what still runs. */
  @Override
  void close();
}
