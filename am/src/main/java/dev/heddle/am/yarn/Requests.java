package dev.heddle.am.yarn;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The one owner of what is asked of the ResourceManager for whole hosts: outstanding requests,
 * excluded nodes, and which allocation is worth keeping. AMRMClient sums the requests of one
 * priority into one with a count and never forgets them by itself: each one that is served must be
 * removed here.
 */
final class Requests {
  private static final Logger log = LogManager.getLogger(Requests.class);

  private final AMRMClient<ContainerRequest> client;
  private final Resource resource;
  private final String nodeLabel;
  private final boolean spread;
  private final NodeRequests bound;
  private final Deque<ContainerRequest> outstanding = new ArrayDeque<>();
  private final Map<ContainerId, NodeId> held = new HashMap<>();
  private final Map<NodeId, Integer> hostsOnNode = new HashMap<>();
  private final Map<NodeId, Instant> avoided = new HashMap<>();
  private final Set<NodeId> excluded = new HashSet<>();
  private int clusterNodes;

  /**
   * @param nodeLabel null for any node
   * @param spread whether two allocations on one node are one too many
   * @param bound what is asked for on certain nodes, which may not be excluded meanwhile
   */
  Requests(
      AMRMClient<ContainerRequest> client,
      Resource resource,
      String nodeLabel,
      boolean spread,
      NodeRequests bound) {
    this.client = client;
    this.resource = resource;
    this.nodeLabel = nodeLabel;
    this.spread = spread;
    this.bound = bound;
  }

  void add(int count) {
    for (int i = 0; i < count; i++) {
      ContainerRequest request =
          new ContainerRequest(resource, null, null, Ask.HOST.priority(), true, nodeLabel);
      client.addContainerRequest(request);
      outstanding.add(request);
    }
    if (!avoided.isEmpty()) {
      updateExclusions();
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
        hostsOnNode.merge(node, 1, Integer::sum);
        kept.add(container);
      }
    }
    allocated.forEach(container -> updateExclusion(container.getNodeId()));
    return kept;
  }

  /** An allocation that an earlier ApplicationMaster got. */
  void adopt(ContainerId allocation, NodeId node) {
    held.put(allocation, node);
    hostsOnNode.merge(node, 1, Integer::sum);
    updateExclusion(node);
  }

  /** The allocation has ended: its node may serve again. */
  void forget(ContainerId container) {
    NodeId node = held.remove(container);
    if (node != null && hostsOnNode.merge(node, -1, Integer::sum) == 0) {
      hostsOnNode.remove(node);
      updateExclusion(node);
    }
  }

  void release(ContainerId container) {
    client.releaseAssignedContainer(container);
    forget(container);
  }

  /** Takes no host from the node until then. */
  void avoid(NodeId node, Instant until) {
    avoided.put(node, until);
    updateExclusions();
  }

  /**
   * What the time has made of avoided nodes.
   *
   * @param nodes how many the cluster has
   */
  void tick(Instant now, int nodes) {
    boolean changed = nodes != clusterNodes;
    clusterNodes = nodes;
    if (avoided.values().removeIf(until -> !now.isBefore(until)) || changed) {
      updateExclusions();
    }
  }

  /**
   * Avoiding a node must not make what is asked for impossible: the oldest suspicion goes first.
   */
  private void forgiveWhatIsNeeded() {
    int wanted = spread ? outstanding.size() : Math.min(1, outstanding.size());
    while (clusterNodes > 0 && !avoided.isEmpty()) {
      Set<NodeId> closed = new HashSet<>(avoided.keySet());
      if (spread) {
        closed.addAll(hostsOnNode.keySet());
      }
      if (clusterNodes - closed.size() >= wanted) {
        return;
      }
      NodeId soonest = Collections.min(avoided.entrySet(), Map.Entry.comparingByValue()).getKey();
      log.info("{} is no longer avoided: the hosts need it", soonest);
      avoided.remove(soonest);
    }
  }

  /**
   * What has changed on one node. As long as none is avoided no other node is concerned, and a job
   * of ten thousand hosts has no time to look at all of them.
   */
  void updateExclusion(NodeId node) {
    if (!avoided.isEmpty()) {
      updateExclusions();
      return;
    }
    boolean wanted = spread && hostsOnNode.containsKey(node) && !bound.asksOn(node);
    List<String> names = new ArrayList<>(NodeRequests.names(node));
    if (wanted && excluded.add(node)) {
      client.updateBlacklist(names, new ArrayList<>());
    } else if (!wanted && excluded.remove(node)) {
      client.updateBlacklist(new ArrayList<>(), names);
    }
  }

  /**
   * Tells the ResourceManager which nodes may not serve. CapacityScheduler skips an excluded node
   * for the whole application: one on which something certain is asked for stays open.
   */
  void updateExclusions() {
    forgiveWhatIsNeeded();
    Set<NodeId> wanted = new HashSet<>(avoided.keySet());
    if (spread) {
      wanted.addAll(hostsOnNode.keySet());
    }
    wanted.removeAll(bound.nodes());
    List<String> additions = new ArrayList<>();
    List<String> removals = new ArrayList<>();
    for (NodeId node : wanted) {
      if (excluded.add(node)) {
        additions.addAll(NodeRequests.names(node));
      }
    }
    excluded.removeIf(
        node -> {
          boolean opened = !wanted.contains(node);
          if (opened) {
            removals.addAll(NodeRequests.names(node));
          }
          return opened;
        });
    if (!additions.isEmpty() || !removals.isEmpty()) {
      client.updateBlacklist(additions, removals);
    }
  }

  boolean pending() {
    return !outstanding.isEmpty() || bound.pending();
  }
}
