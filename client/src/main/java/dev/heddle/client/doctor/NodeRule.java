package dev.heddle.client.doctor;

import dev.heddle.client.doctor.Finding.Status;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * What a NodeManager's property has to be.
 *
 * @param check that it belongs to
 * @param severity of a node that breaks it
 * @param property in yarn-site.xml
 * @param wanted the value, as the administrator writes it
 * @param holds of the node's value, which is empty where it has none
 * @param why what happens otherwise
 */
record NodeRule(
    String check,
    Status severity,
    String property,
    String wanted,
    Predicate<String> holds,
    String why) {
  private static final String LINUX = "LinuxContainerExecutor";
  private static final String EXECUTOR = "org.apache.hadoop.yarn.server.nodemanager." + LINUX;
  private static final String RUNTIMES = "yarn.nodemanager.runtime.linux.allowed-runtimes";
  private static final String NETWORKS =
      "yarn.nodemanager.runtime.linux.docker.allowed-container-networks";
  private static final String IMAGE_UPDATE = "yarn.nodemanager.runtime.linux.docker.image-update";
  private static final String ENFORCED = "yarn.nodemanager.resource.memory.enforced";
  private static final long KILL_WAIT_MS = 5000;

  /** Of every node. */
  static List<NodeRule> always() {
    return List.of(
        new NodeRule(
            "log-aggregation",
            Status.FAULT,
            YarnConfiguration.LOG_AGGREGATION_ENABLED,
            "true",
            "true"::equals,
            "an algorithm's log is gone soon after the job"),
        new NodeRule(
            "memory-limits",
            Status.WARNING,
            YarnConfiguration.NM_VMEM_CHECK_ENABLED,
            "false",
            "false"::equals,
            "algorithms map far more virtual memory than they use, and are killed for it"),
        new NodeRule(
            "memory-limits",
            Status.WARNING,
            YarnConfiguration.NM_PMEM_CHECK_ENABLED,
            "true",
            value -> value.isEmpty() || value.equals("true"),
            "an algorithm that takes more memory than its own takes it from others"),
        new NodeRule(
            "memory-limits",
            Status.WARNING,
            ENFORCED,
            "false",
            "false"::equals,
            "nobody, or the kernel without a word, ends what uses more memory than its own"));
  }

  /** Of a node that runs no Docker containers, and needs not. */
  static List<NodeRule> processes() {
    return List.of(
        new NodeRule(
            "container-user",
            Status.WARNING,
            YarnConfiguration.NM_CONTAINER_EXECUTOR,
            EXECUTOR,
            value -> value.endsWith(LINUX),
            "all users' algorithms run as the NodeManager's own user"));
  }

  /** Of a node that runs Docker containers. */
  static List<NodeRule> docker(Settings settings) {
    List<NodeRule> rules = new ArrayList<>();
    rules.add(
        new NodeRule(
            "docker-runtime",
            Status.FAULT,
            YarnConfiguration.NM_CONTAINER_EXECUTOR,
            EXECUTOR,
            value -> value.endsWith(LINUX),
            "no other executor has a Docker runtime"));
    rules.add(
        new NodeRule(
            "docker-runtime",
            Status.FAULT,
            RUNTIMES,
            "default,docker",
            value -> items(value).containsAll(List.of("default", "docker")),
            "algorithms need docker, agents and holders default"));
    String network = settings.require(Setting.DOCKER_NETWORK);
    rules.add(
        network(
            "docker-network",
            Status.FAULT,
            network,
            "algorithms are on it (heddle.docker.network)"));
    settings
        .text(Setting.DOCKER_ISOLATED_NETWORK)
        .ifPresent(
            isolated ->
                rules.add(
                    network(
                        "docker-network",
                        Status.FAULT,
                        isolated,
                        "isolated jobs are on it (heddle.docker.isolated-network)")));
    rules.add(
        network(
            "docker-network", Status.WARNING, "none", "isolated jobs of one host have no network"));
    rules.add(
        new NodeRule(
            "docker-image",
            Status.WARNING,
            IMAGE_UPDATE,
            "false",
            value -> !value.equals("true"),
            "each start pulls the image, and a log that isn't there in time is not found"));
    rules.add(
        new NodeRule(
            "container-end",
            Status.WARNING,
            YarnConfiguration.NM_PROCESS_KILL_WAIT_MS,
            "5000, or more",
            NodeRule::longEnough,
            "a container that is stopped before its process id is known runs on for ever"));
    return rules;
  }

  private static NodeRule network(String check, Status severity, String network, String why) {
    return new NodeRule(
        check,
        severity,
        NETWORKS,
        "what is there, and '" + network + "'",
        value -> items(value).contains(network),
        why);
  }

  private static List<String> items(String value) {
    return Arrays.stream(value.split(",")).map(String::strip).toList();
  }

  private static boolean longEnough(String value) {
    return value.isEmpty() || (value.matches("\\d{1,18}") && Long.parseLong(value) >= KILL_WAIT_MS);
  }
}
