package dev.heddle.am.yarn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;

/** Sums requests up instead of listing them, for jobs of very many hosts. */
final class CountingResourceManager extends FakeResourceManager {
  private final Set<String> closed = new HashSet<>();
  private int sum;

  int sum() {
    return sum;
  }

  boolean excludes(NodeId node) {
    return closed.contains(node.getHost());
  }

  List<ContainerId> takeReleased() {
    List<ContainerId> taken = List.copyOf(released);
    released.clear();
    return taken;
  }

  @Override
  public void addContainerRequest(ContainerRequest request) {
    sum++;
  }

  @Override
  public void removeContainerRequest(ContainerRequest request) {
    sum--;
  }

  @Override
  public void updateBlacklist(List<String> additions, List<String> removals) {
    closed.addAll(additions);
    removals.forEach(closed::remove);
  }
}
