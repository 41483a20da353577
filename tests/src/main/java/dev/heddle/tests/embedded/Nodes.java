package dev.heddle.tests.embedded;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.api.protocolrecords.UnRegisterNodeManagerRequest;
import org.apache.hadoop.yarn.server.nodemanager.NodeManager;
import org.apache.hadoop.yarn.server.resourcemanager.rmnode.RMNode;

/** The NodeManagers of an embedded cluster by their HOST:PORT, which come and go. */
final class Nodes {
  private static final long PATIENCE_MILLIS = 60_000;

  private final SeparateNodes yarn;

  /** Those that run. */
  private final Map<String, NodeManager> running =
      Collections.synchronizedMap(new LinkedHashMap<>());

  /** How those were set up that were stopped. */
  private final Map<String, Configuration> stopped = new ConcurrentHashMap<>();

  /** Those of the running ones that YARN's own cluster doesn't know. */
  private final List<NodeManager> added = new CopyOnWriteArrayList<>();

  Nodes(SeparateNodes yarn, int count) {
    this.yarn = yarn;
    IntStream.range(0, count).mapToObj(yarn::getNodeManager).forEach(this::add);
  }

  private String add(NodeManager manager) {
    String node = manager.getNMContext().getNodeId().toString();
    running.put(node, manager);
    return node;
  }

  List<String> names() {
    return List.copyOf(running.keySet());
  }

  NodeManager get(String node) {
    NodeManager manager = running.get(node);
    if (manager == null) {
      throw new IllegalArgumentException("no node " + node + " of the cluster runs");
    }
    return manager;
  }

  void stop(String node) throws IOException {
    NodeManager manager = get(node);
    running.remove(node);
    stopped.put(node, manager.getConfig());
    if (manager instanceof LoneNode lone) {
      lone.stopAll();
      return;
    }
    manager.stop();
    added.remove(manager);
    try {
      // Every NodeManager says so when it stops, but MiniYARNCluster's say it to nobody.
      yarn.getResourceManager()
          .getResourceTrackerService()
          .unRegisterNodeManager(
              UnRegisterNodeManagerRequest.newInstance(manager.getNMContext().getNodeId()));
    } catch (YarnException e) {
      throw new IOException("node " + node + " could not be taken from the cluster", e);
    }
  }

  /** Returns when it is registered, with its own HOST:PORT. */
  String startInPlaceOf(String former) throws IOException, InterruptedException {
    NodeManager manager = new NodeManager();
    manager.init(ClusterSettings.again(stopped.get(former), yarn.getConfig()));
    manager.start();
    added.add(manager);
    String node = add(manager);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!isRegistered(manager)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("node " + node + " did not register within a minute");
      }
      Thread.sleep(50);
    }
    return node;
  }

  private boolean isRegistered(NodeManager manager) {
    RMNode node =
        yarn.getResourceManager()
            .getRMContext()
            .getRMNodes()
            .get(manager.getNMContext().getNodeId());
    return node != null && node.getState() == NodeState.RUNNING;
  }

  /** Of a cluster with recovery. */
  void restart(String node) {
    running.put(node, yarn.restart(get(node)));
  }

  /** Of a cluster with recovery: whether nothing of what it says arrives. */
  void cutOff(String node, boolean now) {
    ((LoneNode) get(node)).cutOff(now);
  }

  /** Those that YARN's own cluster doesn't stop itself. */
  void stopAdded() {
    added.forEach(NodeManager::stop);
  }
}
