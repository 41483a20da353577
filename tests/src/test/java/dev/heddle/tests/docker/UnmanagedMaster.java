package dev.heddle.tests.docker;

import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.UnmanagedApplication;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.NMClient;
import org.apache.hadoop.yarn.client.api.NMTokenCache;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * An ApplicationMaster of this JVM, which starts single containers and sees how they end: what YARN
 * does with Docker, without anything of Heddle in between.
 */
final class UnmanagedMaster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final UnmanagedApplication application;
  private final AMRMClient<AMRMClient.ContainerRequest> master;
  private final NMClient nodes;
  private final Map<ContainerId, ContainerStatus> ended = new HashMap<>();
  private final List<Container> allocated = new ArrayList<>();

  private UnmanagedMaster(UnmanagedApplication application, Configuration configuration) {
    this.application = application;
    NMTokenCache tokens = new NMTokenCache();
    this.master = AMRMClient.createAMRMClient();
    master.setNMTokenCache(tokens);
    master.init(configuration);
    master.start();
    this.nodes = NMClient.createNMClient();
    nodes.setNMTokenCache(tokens);
    nodes.init(configuration);
    nodes.start();
  }

  static UnmanagedMaster start(EmbeddedCluster cluster) throws IOException, YarnException {
    UnmanagedApplication application = UnmanagedApplication.submit(cluster, "unmanaged", "default");
    UnmanagedMaster master =
        application.asMaster(() -> new UnmanagedMaster(application, cluster.configuration()));
    master.master.registerApplicationMaster("localhost", 0, "");
    return master;
  }

  /** A container on any node. */
  Container allocate(Resource resource) throws IOException, YarnException, InterruptedException {
    return allocate(
        resource, new AMRMClient.ContainerRequest(resource, null, null, Priority.newInstance(1)));
  }

  /** A container on this node, though others of the host would do, because all nodes share it. */
  Container allocateOn(NodeId node, Resource resource)
      throws IOException, YarnException, InterruptedException {
    List<Container> others = new ArrayList<>();
    Container container = allocate(resource);
    while (!container.getNodeId().equals(node)) {
      others.add(container);
      container = allocate(resource);
    }
    for (Container other : others) {
      master.releaseAssignedContainer(other.getId());
    }
    return container;
  }

  private Container allocate(Resource resource, AMRMClient.ContainerRequest request)
      throws IOException, YarnException, InterruptedException {
    master.addContainerRequest(request);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (allocated.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no container of " + resource);
      }
      heartbeat();
    }
    master.removeContainerRequest(request);
    return allocated.remove(0);
  }

  void start(Container container, Map<String, String> environment, String... command)
      throws IOException, YarnException {
    nodes.startContainer(container, context(environment, command));
  }

  void reInitialize(Container container, Map<String, String> environment, String... command)
      throws IOException, YarnException {
    nodes.reInitializeContainer(container.getId(), context(environment, command), true);
  }

  void stop(Container container) throws IOException, YarnException {
    nodes.stopContainer(container.getId(), container.getNodeId());
  }

  private ContainerLaunchContext context(Map<String, String> environment, String... command)
      throws IOException {
    DataOutputBuffer bytes = new DataOutputBuffer();
    application.credentials().writeTokenStorageToStream(bytes);
    return ContainerLaunchContext.newInstance(
        Map.of(),
        environment,
        List.of(command),
        Map.of(),
        ByteBuffer.wrap(bytes.getData(), 0, bytes.getLength()),
        Map.of());
  }

  ContainerStatus awaitEnd(Container container)
      throws IOException, YarnException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ended.containsKey(container.getId())) {
      if (System.nanoTime() > deadline) {
        throw new IOException(container.getId() + " did not end");
      }
      heartbeat();
    }
    return ended.get(container.getId());
  }

  private void heartbeat() throws IOException, YarnException, InterruptedException {
    AllocateResponse response = master.allocate(0.5f);
    allocated.addAll(response.getAllocatedContainers());
    for (ContainerStatus status : response.getCompletedContainersStatuses()) {
      ended.put(status.getContainerId(), status);
    }
    TimeUnit.MILLISECONDS.sleep(100);
  }

  @Override
  public void close() throws IOException, YarnException {
    master.unregisterApplicationMaster(FinalApplicationStatus.SUCCEEDED, "", "");
    nodes.stop();
    master.stop();
    application.close();
  }
}
