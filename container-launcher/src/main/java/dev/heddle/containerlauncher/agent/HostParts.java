package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;

/** Makes what an agent works with, once it knows its assignment. */
interface HostParts {
  HostData data(Assignment assignment);

  AlgorithmRuntime runtime(Assignment assignment, NodePaths paths, HostData data);
}
