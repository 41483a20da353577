package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.util.Map;
import java.util.Optional;

/** A cluster with nodes to lose, which keeps what containers print. */
public final class RelaunchClusterExtension extends SharedCluster {
  static final int HOSTS = 3;

  /** Tests take away one, then two. */
  private static final int NODES = HOSTS + 3;

  @Override
  EmbeddedCluster.Options options() {
    return new EmbeddedCluster.Options(Optional.empty(), NODES, forLosses());
  }

  /**
   * Containers' logs stay, and their memory is looked at often. No node is given up for a disk that
   * a test has filled: it would be missing in the next one, until it is looked at again.
   */
  static Map<String, String> forLosses() {
    return Map.of(
        "yarn.nodemanager.delete.debug-delay-sec", "86400",
        "yarn.nodemanager.disk-health-checker.enable", "false",
        "yarn.nodemanager.container-monitor.interval-ms", "500");
  }
}
