package dev.heddle.containerlauncher.contract;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest.InstanceGroup;
import dev.heddle.containerlauncher.job.TrainingJobRequest.ResourceConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code resourceconfig.json} says; only the {@code current_*} members differ between hosts.
 *
 * @param currentHost one of {@code hosts}
 * @param hosts all hosts of the attempt, in any order; the file has them sorted as text
 * @param networkInterface the interface that carries this host's address
 */
public record ResourceConfigFile(
    ResourceConfig resources, String currentHost, List<String> hosts, String networkInterface) {

  /** What SageMaker calls the one group of a job without instance groups. */
  private static final String SINGLE_GROUP = "homogeneousCluster";

  public ResourceConfigFile {
    hosts = hosts.stream().sorted().toList();
  }

  ObjectNode toJson() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    Map<InstanceGroup, List<String>> groups = groups();
    InstanceGroup current =
        groups.entrySet().stream()
            .filter(group -> group.getValue().contains(currentHost))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(currentHost + " is not one of " + hosts));
    root.put("current_host", currentHost);
    root.put("current_instance_type", current.instanceType());
    root.put("current_group_name", current.instanceGroupName());
    addAll(root.putArray("hosts"), hosts);
    ArrayNode array = root.putArray("instance_groups");
    groups.forEach(
        (group, members) -> {
          ObjectNode entry = array.addObject();
          entry.put("instance_group_name", group.instanceGroupName());
          entry.put("instance_type", group.instanceType());
          addAll(entry.putArray("hosts"), members);
        });
    root.put("network_interface_name", networkInterface);
    return root;
  }

  /** Deals the hosts to the groups in the order of their numbers. */
  private Map<InstanceGroup, List<String>> groups() {
    Map<InstanceGroup, List<String>> dealt = new LinkedHashMap<>();
    if (resources.instanceGroups().isEmpty()) {
      dealt.put(new InstanceGroup(SINGLE_GROUP, resources.instanceType(), hosts.size()), hosts);
      return dealt;
    }
    List<String> rest = new ArrayList<>(hosts);
    // algo-2 before algo-10
    rest.sort(
        (a, b) ->
            a.length() == b.length() ? a.compareTo(b) : Integer.compare(a.length(), b.length()));
    for (InstanceGroup group : resources.instanceGroups()) {
      List<String> members = rest.subList(0, Math.min(group.instanceCount(), rest.size()));
      List<String> copy = new ArrayList<>(members);
      members.clear();
      Collections.sort(copy);
      dealt.put(group, copy);
    }
    return dealt;
  }

  private static void addAll(ArrayNode array, Collection<String> values) {
    values.forEach(array::add);
  }
}
