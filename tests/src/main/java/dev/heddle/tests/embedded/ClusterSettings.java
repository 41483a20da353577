package dev.heddle.tests.embedded;

import java.io.File;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** How the embedded ResourceManager and NodeManagers are set up. */
final class ClusterSettings {
  /** One host of {@code ml.m5.large} (8192 MiB and an agent) and three ApplicationMasters. */
  static final int NODE_MEMORY_MB = 12_288;

  static final int NODE_VCORES = 6;

  private static final String[] APPLICATION_JARS = {
    "hadoop-client-api", "hadoop-client-runtime", "commons-logging", "slf4j-api"
  };

  private ClusterSettings() {}

  /**
   * @param more properties that win over these
   */
  static YarnConfiguration servers(ClusterDirectory directory, Map<String, String> more) {
    YarnConfiguration conf = new YarnConfiguration();
    conf.set(CommonConfigurationKeysPublic.FS_DEFAULT_NAME_KEY, "file:///");
    conf.set("hadoop.tmp.dir", directory.temporary().toString());

    conf.set("yarn.resourcemanager.scheduler.class", CAPACITY_SCHEDULER);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.5");
    conf.set("yarn.scheduler.capacity.resource-calculator", DOMINANT_RESOURCE);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 1024);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, NODE_MEMORY_MB);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_VCORES, NODE_VCORES);
    // Several NodeManagers on one host name are several nodes.
    conf.setBoolean(YarnConfiguration.RM_SCHEDULER_INCLUDE_PORT_IN_NODE_NAME, true);

    conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, NODE_MEMORY_MB);
    conf.setInt(YarnConfiguration.NM_VCORES, NODE_VCORES);
    conf.setBoolean(YarnConfiguration.YARN_MINICLUSTER_CONTROL_RESOURCE_MONITORING, true);
    conf.setBoolean(YarnConfiguration.NM_PMEM_CHECK_ENABLED, true);
    // Else NodeManagers leave memory to control groups, even where there are none.
    conf.setBoolean(YarnConfiguration.NM_MEMORY_RESOURCE_ENFORCED, false);
    conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    conf.setLong(YarnConfiguration.NM_PROCESS_KILL_WAIT_MS, 1000);
    // A laptop's disk may be fuller than a server's should be.
    conf.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 99.5f);
    if (System.getenv("JAVA_HOME") == null) {
      // Else containers inherit it; both would be joined by a colon.
      conf.set(
          YarnConfiguration.NM_ADMIN_USER_ENV,
          "MALLOC_ARENA_MAX=$MALLOC_ARENA_MAX,JAVA_HOME=" + System.getProperty("java.home"));
    }
    conf.setBoolean(YarnConfiguration.LOG_AGGREGATION_ENABLED, true);
    conf.setLong(YarnConfiguration.LOG_AGGREGATION_RETAIN_SECONDS, 7 * 24 * 3600L);
    conf.set(YarnConfiguration.NM_REMOTE_APP_LOG_DIR, directory.aggregatedLogs().toString());
    conf.set(YarnConfiguration.YARN_APPLICATION_CLASSPATH, applicationClassPath(directory));
    conf.setBoolean(YarnConfiguration.TIMELINE_SERVICE_ENABLED, false);
    more.forEach(conf::set);
    return conf;
  }

  /** For a NodeManager that has another one's directories, on ports of its own. */
  static YarnConfiguration again(Configuration stopped, Configuration running) {
    YarnConfiguration conf = new YarnConfiguration(stopped);
    // The first ones were given the ResourceManager itself, and not its address.
    conf.set(
        YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS,
        running.get(YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS));
    for (String address :
        new String[] {
          YarnConfiguration.NM_ADDRESS,
          YarnConfiguration.NM_LOCALIZER_ADDRESS,
          YarnConfiguration.NM_WEBAPP_ADDRESS,
          YarnConfiguration.NM_COLLECTOR_SERVICE_ADDRESS
        }) {
      String former = conf.get(address);
      if (former != null) {
        conf.set(address, former.replaceFirst(":\\d+$", ":0"));
      }
    }
    return conf;
  }

  private static final String CAPACITY_SCHEDULER =
      "org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler";
  private static final String DOMINANT_RESOURCE =
      "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator";

  static Stream<File> applicationJars() {
    return Stream.of(APPLICATION_JARS).map(ClassPath::jar);
  }

  /** What an installed Hadoop has in its directories, this build has as jars of its class path. */
  private static String applicationClassPath(ClusterDirectory directory) {
    return directory.nodeConfiguration()
        + ","
        + applicationJars().map(File::getPath).collect(Collectors.joining(","));
  }

  /** The properties that a client needs, out of those that a running cluster has. */
  static Configuration client(Configuration running) {
    Configuration client = new Configuration(false);
    for (String name :
        new String[] {
          YarnConfiguration.RM_ADDRESS,
          YarnConfiguration.RM_SCHEDULER_ADDRESS,
          YarnConfiguration.RM_RESOURCE_TRACKER_ADDRESS,
          YarnConfiguration.RM_ADMIN_ADDRESS,
          YarnConfiguration.RM_WEBAPP_ADDRESS,
          YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB,
          YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB,
          YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_VCORES,
          YarnConfiguration.YARN_APPLICATION_CLASSPATH,
          YarnConfiguration.LOG_AGGREGATION_ENABLED,
          YarnConfiguration.NM_REMOTE_APP_LOG_DIR,
          YarnConfiguration.TIMELINE_SERVICE_ENABLED,
          YarnConfiguration.RESOURCE_TYPES
        }) {
      String value = running.get(name);
      if (value != null) {
        client.set(name, value);
      }
    }
    return client;
  }
}
