package dev.heddle.am.yarn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The one owner of what is asked of the ResourceManager: outstanding requests, excluded nodes, and
 * which allocation is worth keeping. AMRMClient sums the requests of one priority into one with a
 * count and never forgets them by itself: each one that is served must be removed here.
 */
final class Requests {
  private static final Logger log = LogManager.getLogger(Requests.class);
  private static final Priority PRIORITY = Priority.newInstance(1);

  private final AMRMClient<ContainerRequest> client;
  private final Resource resource;
  private final String nodeLabel;
  private final boolean spread;
  private final Deque<ContainerRequest> outstanding = new ArrayDeque<>();
  private final Map<ContainerId, NodeId> held = new HashMap<>();
  private final Map<NodeId, Integer> hostsOnNode = new HashMap<>();

  /**
   * @param nodeLabel null for any node
   * @param spread whether two allocations on one node are one too many
   */
  Requests(
      AMRMClient<ContainerRequest> client, Resource resource, String nodeLabel, boolean spread) {
    this.client = client;
    this.resource = resource;
    this.nodeLabel = nodeLabel;
    this.spread = spread;
  }

  void add(int count) {
    for (int i = 0; i < count; i++) {
      ContainerRequest request =
          new ContainerRequest(resource, null, null, PRIORITY, true, nodeLabel);
      client.addContainerRequest(request);
      outstanding.add(request);
    }
  }

  void cancel() {
    while (!outstanding.isEmpty()) {
      client.removeContainerRequest(outstanding.poll());
    }
  }

  /** Keeps those allocations that serve a request on a fresh node; gives the others back. */
  List<Container> match(List<Container> allocated) {
    List<Container> kept = new ArrayList<>();
    List<String> excluded = new ArrayList<>();
    for (Container container : allocated) {
      NodeId node = container.getNodeId();
      if (outstanding.isEmpty()) {
        client.releaseAssignedContainer(container.getId());
      } else if (spread && hostsOnNode.containsKey(node)) {
        log.info("giving {} back: {} has a host already", container.getId(), node);
        client.releaseAssignedContainer(container.getId());
        // The ResourceManager counts it as served: tell it once more what is still wanted.
        client.removeContainerRequest(outstanding.poll());
        add(1);
      } else {
        client.removeContainerRequest(outstanding.poll());
        held.put(container.getId(), node);
        if (hostsOnNode.merge(node, 1, Integer::sum) == 1) {
          excluded.addAll(names(node));
        }
        kept.add(container);
      }
    }
    if (spread && !excluded.isEmpty()) {
      exclude(excluded, List.of());
    }
    return kept;
  }

  /** The allocation has ended: its node may serve again. */
  void forget(ContainerId container) {
    NodeId node = held.remove(container);
    if (node != null && hostsOnNode.merge(node, -1, Integer::sum) == 0) {
      hostsOnNode.remove(node);
      if (spread) {
        exclude(List.of(), names(node));
      }
    }
  }

  void release(ContainerId container) {
    client.releaseAssignedContainer(container);
    forget(container);
  }

  private void exclude(List<String> additions, List<String> removals) {
    // AMRMClient changes the lists that it is given.
    client.updateBlacklist(new ArrayList<>(additions), new ArrayList<>(removals));
  }

  /** Schedulers know a node by its host, or by host and port where several share a host. */
  private static List<String> names(NodeId node) {
    return List.of(node.getHost(), node.getHost() + ":" + node.getPort());
  }

  boolean pending() {
    return !outstanding.isEmpty();
  }
}
