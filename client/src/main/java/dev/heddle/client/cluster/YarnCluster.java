package dev.heddle.client.cluster;

import dev.heddle.am.launch.HadoopDefaults;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.yarn.api.protocolrecords.GetNewApplicationResponse;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.api.records.QueueACL;
import org.apache.hadoop.yarn.api.records.QueueInfo;
import org.apache.hadoop.yarn.api.records.QueueState;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.ResourceInformation;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.HAUtil;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** The ResourceManager through Hadoop's {@link YarnClient}. */
public final class YarnCluster implements Cluster {
  /** The application type of every training job. */
  public static final String APPLICATION_TYPE = "HEDDLE";

  private final YarnClient yarn;
  private final String place;

  private YarnCluster(YarnClient yarn, String place) {
    this.yarn = yarn;
    this.place = place;
  }

  /**
   * Connects with a person's patience instead of Hadoop's quarter of an hour, unless the cluster's
   * files say how long to try.
   *
   * @param hadoop not changed
   */
  public static YarnCluster connect(Configuration hadoop) throws IOException {
    YarnConfiguration conf = new YarnConfiguration(hadoop);
    boolean named =
        !HadoopDefaults.holds(conf, YarnConfiguration.RM_ADDRESS) || HAUtil.isHAEnabled(conf);
    HadoopDefaults.replace(
        conf, YarnConfiguration.RESOURCEMANAGER_CONNECT_MAX_WAIT_MS, named ? "20000" : "5000");
    HadoopDefaults.replace(
        conf, YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, "1000");
    // Each of the tries above would else be a series of tries itself.
    conf.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 0);
    conf.setInt(YarnConfiguration.YARN_CLIENT_APPLICATION_CLIENT_PROTOCOL_POLL_INTERVAL_MS, 20);
    // Without it, resources the client's own files don't list (GPUs) are invisible.
    conf.setBoolean(YarnConfiguration.YARN_CLIENT_LOAD_RESOURCETYPES_FROM_SERVER, true);
    String place = place(conf, named);
    YarnClient client = YarnClient.createYarnClient();
    client.init(conf);
    try {
      client.start();
    } catch (RuntimeException e) {
      client.stop();
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException io) {
          throw unreachable(place, io);
        }
      }
      throw e;
    }
    return new YarnCluster(client, place);
  }

  /** Where the ResourceManager should be, and what to do when it isn't. */
  private static String place(Configuration conf, boolean named) {
    if (HAUtil.isHAEnabled(conf)) {
      return "no ResourceManager of " + conf.get(YarnConfiguration.RM_HA_IDS) + " answers";
    }
    String address = conf.get(YarnConfiguration.RM_ADDRESS, YarnConfiguration.DEFAULT_RM_ADDRESS);
    return named
        ? "no ResourceManager answers at " + address
        : "no ResourceManager answers at Hadoop's default, "
            + address
            + "; HADOOP_CONF_DIR must name the directory with the cluster's yarn-site.xml";
  }

  private static IOException unreachable(String place, IOException cause) {
    String why = cause.getCause() == null ? cause.getMessage() : cause.getCause().getMessage();
    return new IOException(place + (why == null ? "" : " (" + why + ")"), cause);
  }

  @Override
  public Offer newApplication() throws IOException {
    GetNewApplicationResponse response =
        call(() -> yarn.createApplication().getNewApplicationResponse());
    return new Offer(response.getApplicationId(), size(response.getMaximumResourceCapability()));
  }

  @Override
  public Optional<Queue> queue(String name) throws IOException {
    QueueInfo info = call(() -> yarn.getQueueInfo(name));
    if (info == null || info.getQueueName() == null) {
      return Optional.empty();
    }
    boolean running = info.getQueueState() == null || info.getQueueState() == QueueState.RUNNING;
    boolean leaf = info.getChildQueues() == null || info.getChildQueues().isEmpty();
    return Optional.of(new Queue(info.getQueueName(), running, leaf));
  }

  @Override
  public List<Node> runningNodes() throws IOException {
    return call(() -> yarn.getNodeReports(NodeState.RUNNING)).stream()
        .map(
            report ->
                new Node(
                    report.getNodeId().toString(),
                    size(report.getCapability()),
                    report.getNodeLabels() == null ? Set.of() : report.getNodeLabels()))
        .toList();
  }

  @Override
  public List<Member> members() throws IOException {
    return call(() -> yarn.getNodeReports(NodeState.values())).stream()
        .map(
            report ->
                new Member(
                    report.getNodeId().toString(),
                    report.getHttpAddress() == null ? "" : report.getHttpAddress(),
                    report.getNodeState().name(),
                    report.getHealthReport() == null ? "" : report.getHealthReport().strip()))
        .toList();
  }

  @Override
  public boolean maySubmit(String queue) throws IOException {
    // Some schedulers name a queue by its path, others by its last part, and a scheduler may leave
    // out what it has no rule for.
    return call(yarn::getQueueAclsInfo).stream()
        .filter(info -> lastPart(info.getQueueName()).equals(lastPart(queue)))
        .allMatch(info -> info.getUserAcls().contains(QueueACL.SUBMIT_APPLICATIONS));
  }

  private static String lastPart(String queue) {
    return queue.substring(queue.lastIndexOf('.') + 1);
  }

  @Override
  public Set<String> resourceTypes() throws IOException {
    return call(yarn::getResourceTypeInfo).stream()
        .map(info -> info.getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void submit(ApplicationSubmissionContext application) throws IOException {
    call(() -> yarn.submitApplication(application));
  }

  @Override
  public Optional<Application> application(String id) throws IOException {
    try {
      return Optional.of(view(yarn.getApplicationReport(ApplicationId.fromString(id))));
    } catch (ApplicationNotFoundException e) {
      return Optional.empty();
    } catch (YarnException e) {
      throw refused(e);
    } catch (IOException e) {
      throw unreachable(place, e);
    }
  }

  @Override
  public List<Application> applications() throws IOException {
    return call(() -> yarn.getApplications(Set.of(APPLICATION_TYPE))).stream()
        .map(YarnCluster::view)
        .toList();
  }

  @Override
  public void kill(String id, String why) throws IOException {
    call(
        () -> {
          yarn.killApplication(ApplicationId.fromString(id), why);
          return id;
        });
  }

  @Override
  public void close() {
    yarn.stop();
  }

  private static Application view(ApplicationReport report) {
    Stage stage = stage(report.getYarnApplicationState());
    boolean answers = stage == Stage.RUNNING && report.getRpcPort() > 0 && report.getHost() != null;
    return new Application(
        report.getApplicationId().toString(),
        report.getName(),
        report.getUser(),
        report.getQueue(),
        stage,
        answers
            ? Optional.of(new InetSocketAddress(report.getHost(), report.getRpcPort()))
            : Optional.empty(),
        report.getDiagnostics() == null ? "" : report.getDiagnostics(),
        Instant.ofEpochMilli(report.getStartTime()),
        report.getFinishTime() > 0
            ? Optional.of(Instant.ofEpochMilli(report.getFinishTime()))
            : Optional.empty());
  }

  private static Stage stage(YarnApplicationState state) {
    return switch (state) {
      case NEW, NEW_SAVING, SUBMITTED, ACCEPTED -> Stage.WAITING;
      case RUNNING -> Stage.RUNNING;
      case FINISHED -> Stage.FINISHED;
      case FAILED -> Stage.FAILED;
      case KILLED -> Stage.KILLED;
    };
  }

  private static Size size(Resource resource) {
    long gpus = 0;
    for (ResourceInformation information : resource.getResources()) {
      if (information.getName().equals(ResourceInformation.GPU_URI)) {
        gpus = information.getValue();
      }
    }
    return new Size(resource.getMemorySize(), resource.getVirtualCores(), gpus);
  }

  private interface Call<T> {
    T run() throws YarnException, IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (YarnException e) {
      throw refused(e);
    } catch (AccessControlException e) {
      throw new ClusterRefusedException(e.getMessage(), e);
    } catch (IOException e) {
      throw unreachable(place, e);
    }
  }

  private static ClusterRefusedException refused(YarnException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return new ClusterRefusedException(message.lines().findFirst().orElse(message).strip(), e);
  }
}
