package dev.heddle.client.submit;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.Cluster.Node;
import dev.heddle.client.cluster.Cluster.Offer;
import dev.heddle.client.cluster.Cluster.Queue;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.client.submit.HostSizes.HostSize;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.yarn.api.records.ResourceInformation;

/** Whether the queue is open and every kind of host, and the ApplicationMaster, fit some node. */
final class ClusterChecks {
  private final Cluster cluster;
  private final Findings findings;

  ClusterChecks(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  /**
   * @param master what the ApplicationMaster's container asks for
   */
  void check(Offer offer, String queue, List<HostSize> hosts, Size master) throws IOException {
    checkQueue(queue);
    boolean gpus = hosts.stream().anyMatch(host -> host.size().gpus() > 0);
    if (gpus && !cluster.resourceTypes().contains(ResourceInformation.GPU_URI)) {
      findings.fault(
          "the instance type has GPUs and this cluster doesn't know the resource type "
              + ResourceInformation.GPU_URI
              + " (resource-types.xml): choose a type without GPUs, or ask the administrator");
      return;
    }
    List<Node> nodes = cluster.runningNodes();
    for (HostSize host : hosts) {
      String what =
          "one host of "
              + host.type().name()
              + " with its agent asks for "
              + host.size()
              + host.type().nodeLabel().map(label -> " on a node labelled " + label).orElse("");
      fits(what, host.size(), host.container(), host.type().nodeLabel(), offer, nodes);
    }
    fits(
        "the ApplicationMaster asks for " + master, master, master, Optional.empty(), offer, nodes);
  }

  private void checkQueue(String name) throws IOException {
    Optional<Queue> queue = cluster.queue(name);
    if (queue.isEmpty()) {
      findings.fault("there is no queue '" + name + "' (choose one with --queue)");
    } else if (!queue.get().running()) {
      findings.fault("queue '" + name + "' is stopped and takes no applications");
    } else if (!queue.get().leaf()) {
      findings.fault(
          "queue '" + name + "' only holds other queues: submit to one of those with --queue");
    }
  }

  private void fits(
      String what,
      Size size,
      Size container,
      Optional<String> label,
      Offer offer,
      List<Node> nodes) {
    List<Node> eligible =
        nodes.stream().filter(n -> label.isEmpty() || n.labels().contains(label.get())).toList();
    if (eligible.stream().noneMatch(node -> node.size().holds(size))) {
      Optional<Node> largest =
          eligible.stream()
              .max(
                  Comparator.comparingLong((Node node) -> node.size().gpus())
                      .thenComparingLong(node -> node.size().memoryMb())
                      .thenComparingInt(node -> node.size().vcores()));
      findings.fault(
          what
              + largest
                  .map(n -> ", and the largest running node, " + n.name() + ", has " + n.size())
                  .orElse(", and no such node is running"));
    } else if (!withinAllocation(offer.largest(), container)) {
      findings.fault(
          what
              + ", and this cluster gives one container at most "
              + offer.largest()
              + " (yarn.scheduler.maximum-allocation-*)");
    }
  }

  /** A ResourceManager may leave GPUs out of its maximum; then it sets no limit. */
  private static boolean withinAllocation(Size largest, Size size) {
    long gpus = largest.gpus() == 0 ? Long.MAX_VALUE : largest.gpus();
    return new Size(largest.memoryMb(), largest.vcores(), gpus).holds(size);
  }
}
