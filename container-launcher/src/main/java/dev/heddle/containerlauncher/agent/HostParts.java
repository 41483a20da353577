package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ContainerControl;

/** Makes what an agent works with, once it knows its assignment. */
interface HostParts {
  HostData data(Assignment assignment);

  /**
   * @param logs is told where the algorithm's output lies, when that is another place
   * @param container the host's algorithm container, where the image is Docker's
   */
  AlgorithmRuntime runtime(
      Assignment assignment,
      NodePaths paths,
      HostData data,
      AlgorithmLogs logs,
      ContainerControl container);
}
