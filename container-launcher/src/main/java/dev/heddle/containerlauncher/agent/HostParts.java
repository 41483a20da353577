package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes what an agent works with, once it knows its assignment. */
interface HostParts {
  HostData data(Assignment assignment);

  /**
   * Empty where the job keeps no checkpoints.
   *
   * @param mayWrite asked before each write to S3: false once the lease is lost
   */
  Optional<HostCheckpoints> checkpoints(
      Assignment assignment, NodePaths paths, BooleanSupplier mayWrite);

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
