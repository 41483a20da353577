package dev.heddle.tests.embedded;

import java.util.Map;

/** Two queues that take from each other, for clusters whose tests want that. */
public final class Queues {
  private static final String CAPACITY = "yarn.scheduler.capacity.";
  private static final String PREEMPTION = "yarn.resourcemanager.monitor.capacity.preemption.";

  private Queues() {}

  /**
   * {@code default} may have all as long as {@code urgent} doesn't want its share; then that is
   * taken back.
   *
   * @param urgent its share in percent
   */
  public static Map<String, String> withUrgent(int urgent) {
    return Map.ofEntries(
        Map.entry(CAPACITY + "root.queues", "default,urgent"),
        Map.entry(CAPACITY + "root.default.capacity", Integer.toString(100 - urgent)),
        Map.entry(CAPACITY + "root.default.maximum-capacity", "100"),
        Map.entry(CAPACITY + "root.default.user-limit-factor", "100"),
        Map.entry(CAPACITY + "root.urgent.capacity", Integer.toString(urgent)),
        Map.entry(CAPACITY + "maximum-am-resource-percent", "1.0"),
        Map.entry("yarn.resourcemanager.scheduler.monitor.enable", "true"),
        Map.entry(PREEMPTION + "monitoring_interval", "500"),
        Map.entry(PREEMPTION + "max_wait_before_kill", "1000"),
        Map.entry(PREEMPTION + "total_preemption_per_round", "1.0"),
        Map.entry(PREEMPTION + "natural_termination_factor", "1.0"));
  }
}
