package dev.heddle.tests.chaos;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;

/**
 * Takes whole nodes for the queue {@code urgent} for a while, and starts nothing there. Its
 * ApplicationMaster is this JVM.
 */
final class UrgentApplication implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final YarnClient yarn;
  private final AMRMClient<ContainerRequest> master;

  /**
   * A whole one. The ResourceManager counts what is free in all: it would not take anything for
   * containers that only don't fit beside a host's.
   */
  private final Resource node;

  private UrgentApplication(YarnClient yarn, AMRMClient<ContainerRequest> master, Resource node) {
    this.yarn = yarn;
    this.master = master;
    this.node = node;
  }

  static UrgentApplication start(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    Configuration configuration = cluster.configuration();
    YarnClient yarn = YarnClient.createYarnClient();
    yarn.init(configuration);
    yarn.start();
    ApplicationSubmissionContext context =
        yarn.createApplication().getApplicationSubmissionContext();
    context.setUnmanagedAM(true);
    context.setApplicationName("urgent");
    context.setQueue("urgent");
    context.setResource(Resource.newInstance(1024, 1));
    context.setAMContainerSpec(
        ContainerLaunchContext.newInstance(
            Map.of(), Map.of(), List.of(), Map.of(), null, Map.of()));
    ApplicationId application = context.getApplicationId();
    yarn.submitApplication(context);
    Waiting.until(
        "the urgent application",
        PATIENCE,
        () ->
            state(yarn, application) == YarnApplicationState.ACCEPTED
                && token(yarn, application) != null);
    // A user of its own: the tokens of another master would be taken for this one's.
    UserGroupInformation user =
        UserGroupInformation.createRemoteUser(System.getProperty("user.name"));
    user.addToken(token(yarn, application));
    AMRMClient<ContainerRequest> master =
        user.doAs(
            (PrivilegedAction<AMRMClient<ContainerRequest>>)
                () -> {
                  AMRMClient<ContainerRequest> client = AMRMClient.createAMRMClient();
                  client.init(configuration);
                  client.start();
                  return client;
                });
    master.registerApplicationMaster("localhost", 0, "");
    int memory = configuration.getInt(YarnConfiguration.RM_SCHEDULER_MAXIMUM_ALLOCATION_MB, 0);
    return new UrgentApplication(yarn, master, Resource.newInstance(memory, 2));
  }

  private static YarnApplicationState state(YarnClient yarn, ApplicationId application)
      throws IOException {
    try {
      return yarn.getApplicationReport(application).getYarnApplicationState();
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  private static Token<AMRMTokenIdentifier> token(YarnClient yarn, ApplicationId application)
      throws IOException {
    try {
      return yarn.getAMRMToken(application);
    } catch (YarnException e) {
      throw new IOException(e);
    }
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
      yarn.stop();
    }
  }
}
