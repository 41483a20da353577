package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;

/** A cluster of three one-host nodes whose containers are processes. */
public final class ClusterExtension extends SharedCluster {
  private static final int NODES = 3;

  @Override
  EmbeddedCluster.Options options() {
    return EmbeddedCluster.Options.nodes(NODES);
  }
}
