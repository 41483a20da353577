package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** A cluster with a node to lose, whose servers may go and come back. */
public final class RestartsClusterExtension extends SharedCluster {
  static final int HOSTS = 3;

  private static final int NODES = HOSTS + 2;

  @Override
  EmbeddedCluster.Options options() {
    Map<String, String> more = new HashMap<>(RelaunchClusterExtension.keepingLogs());
    // A node, or a master, that says nothing for so long is lost.
    more.put(YarnConfiguration.RM_NM_EXPIRY_INTERVAL_MS, "8000");
    more.put(YarnConfiguration.RM_AM_EXPIRY_INTERVAL_MS, "8000");
    // More often is not allowed: each must reach all who need it first.
    for (String interval :
        List.of(
            YarnConfiguration.RM_AMRM_TOKEN_MASTER_KEY_ROLLING_INTERVAL_SECS,
            YarnConfiguration.RM_CONTAINER_TOKEN_MASTER_KEY_ROLLING_INTERVAL_SECS,
            YarnConfiguration.RM_NMTOKEN_MASTER_KEY_ROLLING_INTERVAL_SECS)) {
      more.put(interval, "25");
    }
    return new EmbeddedCluster.Options(Optional.empty(), NODES, more).withRecovery();
  }
}
