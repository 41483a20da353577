package dev.heddle.tests.embedded;

import java.io.IOException;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.awaitility.Awaitility;

/** An application whose ApplicationMaster is this JVM, which may now register. */
public final class UnmanagedApplication implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final YarnClient yarn;
  private final UserGroupInformation user;

  private UnmanagedApplication(YarnClient yarn, UserGroupInformation user) {
    this.yarn = yarn;
    this.user = user;
  }

  /** Waits until the cluster has accepted it. */
  public static UnmanagedApplication submit(EmbeddedCluster cluster, String name, String queue)
      throws IOException, YarnException {
    YarnClient yarn = YarnClient.createYarnClient();
    yarn.init(cluster.configuration());
    yarn.start();
    ApplicationSubmissionContext context =
        yarn.createApplication().getApplicationSubmissionContext();
    context.setUnmanagedAM(true);
    context.setApplicationName(name);
    context.setQueue(queue);
    context.setResource(Resource.newInstance(1024, 1));
    context.setAMContainerSpec(
        ContainerLaunchContext.newInstance(
            Map.of(), Map.of(), List.of(), Map.of(), null, Map.of()));
    ApplicationId application = context.getApplicationId();
    yarn.submitApplication(context);
    Awaitility.await("the application " + name)
        .atMost(PATIENCE)
        .until(
            () ->
                yarn.getApplicationReport(application).getYarnApplicationState()
                    == YarnApplicationState.ACCEPTED);
    Token<AMRMTokenIdentifier> token =
        Awaitility.await("its token")
            .atMost(PATIENCE)
            .until(() -> yarn.getAMRMToken(application), found -> found != null);
    // A user of its own: the tokens of another master would be taken for this one's.
    UserGroupInformation user =
        UserGroupInformation.createRemoteUser(System.getProperty("user.name"));
    user.addToken(token);
    return new UnmanagedApplication(yarn, user);
  }

  /** Makes something, such as a client, that speaks as the application's master. */
  public <T> T asMaster(Supplier<T> made) {
    return user.doAs((PrivilegedAction<T>) made::get);
  }

  /** The master's. */
  public Credentials credentials() {
    return user.getCredentials();
  }

  @Override
  public void close() {
    yarn.stop();
  }
}
