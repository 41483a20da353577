package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.util.Map;
import java.util.Optional;

/** A cluster with one node more than a job takes, which keeps what containers print. */
public final class RelaunchClusterExtension extends SharedCluster {
  static final int HOSTS = 3;

  @Override
  EmbeddedCluster.Options options() {
    return new EmbeddedCluster.Options(
        Optional.empty(), HOSTS + 1, Map.of("yarn.nodemanager.delete.debug-delay-sec", "86400"));
  }
}
