package dev.heddle.am.yarn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;

/** What is asked of the ResourceManager on one certain node and on no other. */
final class NodeRequests {
  private final AMRMClient<ContainerRequest> client;
  private final Map<Ask, Resource> resources;
  private final Map<Ask, Map<NodeId, Deque<ContainerRequest>>> outstanding =
      new EnumMap<>(Ask.class);

  /**
   * @param resources what each kind of request is for
   */
  NodeRequests(AMRMClient<ContainerRequest> client, Map<Ask, Resource> resources) {
    this.client = client;
    this.resources = Map.copyOf(resources);
    this.resources.keySet().forEach(ask -> outstanding.put(ask, new HashMap<>()));
  }

  void add(Ask ask, NodeId node) {
    ContainerRequest request =
        new ContainerRequest(
            resources.get(ask), names(node).toArray(new String[0]), null, ask.priority(), false);
    client.addContainerRequest(request);
    outstanding.get(ask).computeIfAbsent(node, n -> new ArrayDeque<>()).add(request);
  }

  /** One such request is served, or wanted no more; false when there was none. */
  boolean remove(Ask ask, NodeId node) {
    Map<NodeId, Deque<ContainerRequest>> all = outstanding.get(ask);
    Deque<ContainerRequest> here = all.get(node);
    if (here == null) {
      return false;
    }
    client.removeContainerRequest(here.poll());
    if (here.isEmpty()) {
      all.remove(node);
    }
    return true;
  }

  void release(ContainerId container) {
    client.releaseAssignedContainer(container);
  }

  /** Those on which something is asked for. */
  Set<NodeId> nodes() {
    Set<NodeId> nodes = new HashSet<>();
    outstanding.values().forEach(map -> nodes.addAll(map.keySet()));
    return nodes;
  }

  /** Whether something is asked for on that node. */
  boolean asksOn(NodeId node) {
    return outstanding.values().stream().anyMatch(map -> map.containsKey(node));
  }

  boolean pending() {
    return outstanding.values().stream().anyMatch(map -> !map.isEmpty());
  }

  /** Schedulers know a node by its host, or by host and port where several share a host. */
  static List<String> names(NodeId node) {
    return List.of(node.getHost(), node.getHost() + ":" + node.getPort());
  }
}
