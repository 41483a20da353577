package dev.heddle.am.yarn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ExecutionType;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.UpdateContainerRequest;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;

/** Keeps the books that a ResourceManager's client keeps. */
class FakeResourceManager extends AMRMClient<ContainerRequest> {
  final List<ContainerRequest> asked = new ArrayList<>();
  final List<ContainerId> released = new ArrayList<>();
  final Set<String> excluded = new LinkedHashSet<>();

  FakeResourceManager() {
    super("fake");
  }

  @Override
  protected void serviceInit(Configuration conf) {}

  @Override
  public void addContainerRequest(ContainerRequest request) {
    asked.add(request);
  }

  @Override
  public void removeContainerRequest(ContainerRequest request) {
    asked.remove(request);
  }

  @Override
  public void releaseAssignedContainer(ContainerId container) {
    released.add(container);
  }

  @Override
  public void updateBlacklist(List<String> additions, List<String> removals) {
    excluded.addAll(additions);
    removals.forEach(excluded::remove);
    // As the real one does.
    additions.removeAll(removals);
    removals.removeAll(additions);
  }

  @Override
  public RegisterApplicationMasterResponse registerApplicationMaster(
      String host, int port, String url) {
    throw new UnsupportedOperationException();
  }

  @Override
  public AllocateResponse allocate(float progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unregisterApplicationMaster(
      FinalApplicationStatus status, String message, String url) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void requestContainerUpdate(Container container, UpdateContainerRequest update) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Resource getAvailableResources() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getClusterNodeCount() {
    throw new UnsupportedOperationException();
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in Hadoop's class
  public List<? extends Collection<ContainerRequest>> getMatchingRequests(
      Priority priority, String resourceName, Resource capability) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<? extends Collection<ContainerRequest>> getMatchingRequests(
      Priority priority, String resourceName, ExecutionType type, Resource capability) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Collection<ContainerRequest> getMatchingRequests(long allocationRequestId) {
    throw new UnsupportedOperationException();
  }
}
