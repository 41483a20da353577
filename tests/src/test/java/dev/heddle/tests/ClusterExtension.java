package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster of three one-host nodes whose containers are processes. Of its two queues {@code
 * default} may have all as long as {@code urgent} doesn't want its half; then that is taken back.
 */
public final class ClusterExtension extends SharedCluster {
  private static final int NODES = 3;
  private static final String CAPACITY = "yarn.scheduler.capacity.";
  private static final String PREEMPTION = "yarn.resourcemanager.monitor.capacity.preemption.";
  private static final Map<String, String> QUEUES =
      Map.ofEntries(
          Map.entry(CAPACITY + "root.queues", "default,urgent"),
          Map.entry(CAPACITY + "root.default.capacity", "50"),
          Map.entry(CAPACITY + "root.default.maximum-capacity", "100"),
          Map.entry(CAPACITY + "root.default.user-limit-factor", "2"),
          Map.entry(CAPACITY + "root.urgent.capacity", "50"),
          Map.entry(CAPACITY + "maximum-am-resource-percent", "1.0"),
          Map.entry("yarn.resourcemanager.scheduler.monitor.enable", "true"),
          Map.entry(PREEMPTION + "monitoring_interval", "500"),
          Map.entry(PREEMPTION + "max_wait_before_kill", "1000"),
          Map.entry(PREEMPTION + "total_preemption_per_round", "1.0"),
          Map.entry(PREEMPTION + "natural_termination_factor", "1.0"));

  @Override
  EmbeddedCluster.Options options() {
    return new EmbeddedCluster.Options(Optional.empty(), NODES, QUEUES);
  }
}
