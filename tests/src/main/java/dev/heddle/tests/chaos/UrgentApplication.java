package dev.heddle.tests.chaos;

import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.UnmanagedApplication;
import java.io.IOException;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Takes whole nodes for the queue {@code urgent} for a while, and starts nothing there. Its
 * ApplicationMaster is this JVM.
 */
final class UrgentApplication implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final UnmanagedApplication application;
  private final AMRMClient<ContainerRequest> master;

  /**
   * A whole one. The ResourceManager counts what is free in all: it would not take anything for
   * containers that only don't fit beside a host's.
   */
  private final Resource node;

  private UrgentApplication(
      UnmanagedApplication application, AMRMClient<ContainerRequest> master, Resource node) {
    this.application = application;
    this.master = master;
    this.node = node;
  }

  static UrgentApplication start(EmbeddedCluster cluster) throws IOException, YarnException {
    Configuration configuration = cluster.configuration();
    UnmanagedApplication application = UnmanagedApplication.submit(cluster, "urgent", "urgent");
    AMRMClient<ContainerRequest> master =
        application.asMaster(
            () -> {
              AMRMClient<ContainerRequest> client = AMRMClient.createAMRMClient();
              client.init(configuration);
              client.start();
              return client;
            });
    master.registerApplicationMaster("localhost", 0, "");
    int memory = configuration.getInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, 0);
    return new UrgentApplication(application, master, Resource.newInstance(memory, 2));
  }

  /**
   * Asks for so many nodes, and keeps what it gets of them for a time after something has come of
   * it: it need not get them all.
   */
  void hold(int nodes, Waiting.Condition felt, Duration time)
      throws IOException, InterruptedException {
    for (int i = 0; i < nodes; i++) {
      master.addContainerRequest(new ContainerRequest(node, null, null, Priority.newInstance(1)));
    }
    Waiting.until(
        "anything that " + nodes + " nodes are taken from",
        PATIENCE,
        () -> {
          heartbeat();
          return felt.holds();
        });
    long end = System.nanoTime() + time.toNanos();
    Waiting.until(
        "the time",
        time.plus(PATIENCE),
        () -> {
          heartbeat();
          return System.nanoTime() >= end;
        });
  }

  private void heartbeat() throws IOException {
    try {
      master.allocate(0.5f);
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      master.unregisterApplicationMaster(FinalApplicationStatus.SUCCEEDED, "", "");
    } catch (YarnException e) {
      throw new IOException(e);
    } finally {
      master.stop();
      application.close();
    }
  }
}
