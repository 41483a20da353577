package dev.heddle.tests.embedded;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.server.resourcemanager.recovery.FileSystemRMStateStore;

/** The settings with which servers can go, and others take over from them. */
final class RecoverySettings {
  private static final List<String> ADDRESSES =
      List.of(
          YarnConfiguration.RM_ADDRESS,
          YarnConfiguration.RM_SCHEDULER_ADDRESS,
          YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS,
          YarnConfiguration.RM_ADMIN_ADDRESS,
          YarnConfiguration.RM_WEBAPP_ADDRESS);

  private RecoverySettings() {}

  static Map<String, String> of(ClusterDirectory directory) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    // Else NodeManagers call the ResourceManager's object, which the next one is not.
    settings.put(YarnConfiguration.YARN_MINICLUSTER_USE_RPC, "true");
    settings.put(YarnConfiguration.YARN_MINICLUSTER_FIXED_PORTS, "true");
    List<Integer> ports = FreePorts.find(ADDRESSES.size());
    for (int i = 0; i < ADDRESSES.size(); i++) {
      settings.put(ADDRESSES.get(i), MiniYARNCluster.getHostname() + ":" + ports.get(i));
    }
    settings.put(YarnConfiguration.RECOVERY_ENABLED, "true");
    settings.put(YarnConfiguration.RM_WORK_PRESERVING_RECOVERY_ENABLED, "true");
    settings.put(YarnConfiguration.RM_STORE, FileSystemRMStateStore.class.getName());
    settings.put(
        YarnConfiguration.FS_RM_STATE_STORE_URI,
        directory.temporary().resolve("resource-manager").toUri().toString());
    settings.put(YarnConfiguration.NM_RECOVERY_ENABLED, "true");
    settings.put(YarnConfiguration.NM_RECOVERY_SUPERVISED, "true");
    settings.put(YarnConfiguration.NM_CONTAINERS_LAUNCHER_CLASS, LoneNode.Launcher.class.getName());
    // NodeManagers' patience is as ever, but they needn't sleep for half a minute.
    settings.put(YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, "1000");
    return settings;
  }
}
