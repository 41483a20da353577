package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.Queues;
import java.util.Optional;

/**
 * A cluster of three one-host nodes whose containers are processes. Of its two queues {@code
 * default} may have all as long as {@code urgent} doesn't want its half; then that is taken back.
 */
public final class ClusterExtension extends SharedCluster {
  private static final int NODES = 3;
  private static final int URGENT = 50;

  @Override
  EmbeddedCluster.Options options() {
    return new EmbeddedCluster.Options(Optional.empty(), NODES, Queues.withUrgent(URGENT));
  }
}
