package dev.heddle.tests.embedded;

import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.DockerRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.api.records.MasterKey;
import org.apache.hadoop.yarn.server.resourcemanager.RMContext;
import org.apache.hadoop.yarn.util.resource.ResourceUtils;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * A YARN cluster of this JVM and an S3 server beside it: one ResourceManager, some NodeManagers,
 * each with room for one {@code ml.m5.large} host and several ApplicationMasters, but not for two
 * hosts. Containers are real processes of this machine. {@link #close} ends every one of them.
 *
 * <p>One at a time in a JVM: YARN's ResourceManager keeps its start time, by which NodeManagers
 * know its containers, in a static field.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final String LOG_FILE = "heddle.embedded.log";

  private static final Logger LOG = LogManager.getLogger(EmbeddedCluster.class);
  private final ClusterDirectory directory;
  private final EmbeddedS3 s3;
  private final Optional<DockerSupport> docker;
  private final SeparateNodes yarn;
  private final Nodes nodes;

  private EmbeddedCluster(
      ClusterDirectory directory,
      EmbeddedS3 s3,
      Optional<DockerSupport> docker,
      SeparateNodes yarn,
      int nodes) {
    this.directory = directory;
    this.s3 = s3;
    this.docker = docker;
    this.yarn = yarn;
    this.nodes = new Nodes(yarn, nodes);
  }

  /**
   * @param directory where everything lies; it stays, with the S3 objects, the jobs' records and
   *     the logs. Empty: a temporary one, which goes when the cluster stops
   * @param nodes 1 or more
   * @param more YARN properties beyond, or instead of, the usual ones
   * @param docker empty: containers are processes of this user. Else the nodes run Docker
   *     containers too, and all containers run as {@link DockerRuntime#USER}; needs root
   * @param recovering whether its ResourceManager may go and come back
   */
  public record Options(
      Optional<Path> directory,
      int nodes,
      Map<String, String> more,
      Optional<DockerOptions> docker,
      boolean recovering) {
    private static final Pattern HARMLESS = Pattern.compile("[\\w./+@-]+");

    public Options {
      more = Map.copyOf(more);
      directory.map(Path::toAbsolutePath).ifPresent(Options::check);
      if (nodes < 1) {
        throw new IllegalArgumentException("a cluster has 1 node or more, not " + nodes);
      }
    }

    /** Without Docker. */
    public Options(Optional<Path> directory, int nodes, Map<String, String> more) {
      this(directory, nodes, more, Optional.empty());
    }

    /** Whose ResourceManager stays. */
    public Options(
        Optional<Path> directory,
        int nodes,
        Map<String, String> more,
        Optional<DockerOptions> docker) {
      this(directory, nodes, more, docker, false);
    }

    public Options withDocker(DockerOptions options) {
      return new Options(directory, nodes, more, Optional.of(options), recovering);
    }

    public Options withRecovery() {
      return new Options(directory, nodes, more, docker, true);
    }

    /** YARN writes paths unquoted into shell scripts and into lists with commas and colons. */
    private static void check(Path directory) {
      if (!HARMLESS.matcher(directory.toString()).matches()) {
        throw new IllegalArgumentException(
            "the directory '"
                + directory
                + "' can't hold a cluster: YARN wants a path of letters, digits and . _ + @ -"
                + " alone");
      }
    }

    public static Options nodes(int nodes) {
      return new Options(Optional.empty(), nodes, Map.of());
    }
  }

  /**
   * Returns when all nodes are registered.
   *
   * @throws IOException when the directory is another cluster's, or something doesn't start
   */
  public static EmbeddedCluster start(Options options) throws IOException, InterruptedException {
    ClusterDirectory directory = ClusterDirectory.take(options.directory());
    if (System.getProperty(LOG_FILE) == null) {
      System.setProperty(LOG_FILE, directory.serverLog().toString());
      Configurator.reconfigure();
    }
    EmbeddedS3 s3 = null;
    Optional<DockerSupport> docker = Optional.empty();
    boolean started = false;
    try {
      s3 = EmbeddedS3.start(Optional.of(directory.objects()));
      if (options.docker().isPresent()) {
        docker = Optional.of(DockerSupport.start(options.docker().get(), directory));
      }
      SeparateNodes yarn = startYarn(options, directory, docker);
      EmbeddedCluster cluster = new EmbeddedCluster(directory, s3, docker, yarn, options.nodes());
      Configuration client = ClusterSettings.client(yarn.getConfig());
      ConfigurationFiles.writeForContainers(directory, client);
      ConfigurationFiles.writeForClients(directory, client, s3);
      LOG.info("cluster of {} nodes runs in {}", options.nodes(), directory.root());
      started = true;
      return cluster;
    } finally {
      if (!started) {
        if (s3 != null) {
          s3.close();
        }
        try {
          if (docker.isPresent()) {
            docker.get().close();
          }
        } finally {
          directory.close();
        }
      }
    }
  }

  private static SeparateNodes startYarn(
      Options options, ClusterDirectory directory, Optional<DockerSupport> docker)
      throws IOException, InterruptedException {
    Map<String, String> more = new LinkedHashMap<>();
    docker.ifPresent(support -> more.putAll(support.properties()));
    if (options.recovering()) {
      more.putAll(RecoverySettings.of(directory));
    }
    more.putAll(options.more());
    YarnConfiguration conf = ClusterSettings.servers(directory, more);
    // MiniYARNCluster takes its directory from this property alone.
    System.setProperty("test.build.data", directory.nodes().toString());
    // And YARN keeps the kinds of resources in a static field.
    ResourceUtils.resetResourceTypes(conf);
    SeparateNodes yarn = new SeparateNodes("nodes", options.nodes(), options.recovering());
    boolean started = false;
    try {
      yarn.init(conf);
      yarn.start();
      started = yarn.waitForNodeManagersToConnect(PATIENCE_MILLIS);
    } catch (YarnException e) {
      throw new IOException("the embedded cluster did not start: " + e.getMessage(), e);
    } finally {
      if (!started) {
        yarn.stop();
      }
    }
    if (!started) {
      throw new IOException("the embedded NodeManagers did not register within a minute");
    }
    return yarn;
  }

  public EmbeddedS3 s3() {
    return s3;
  }

  /** The engine that all nodes share; empty in a cluster without Docker. */
  public Optional<DockerEngine> docker() {
    return docker.map(DockerSupport::engine);
  }

  /** For clients of this JVM. Not shared: a new copy at each call. */
  public Configuration configuration() {
    Configuration configuration = new YarnConfiguration();
    for (String file : new String[] {"core-site.xml", "yarn-site.xml"}) {
      configuration.addResource(
          new org.apache.hadoop.fs.Path(configurationDirectory().resolve(file).toUri()));
    }
    return configuration;
  }

  /** For clients in processes of their own: their {@code HADOOP_CONF_DIR}. */
  public Path configurationDirectory() {
    return directory.clientConfiguration();
  }

  public Path directory() {
    return directory.root();
  }

  /** Below it each NodeManager has its local and its log directories. */
  public Path nodesDirectory() {
    return directory.nodes();
  }

  /** Each job's own directory is below it. */
  public Path staging() {
    return directory.staging();
  }

  /** Where the log of an application's containers goes when it has ended. */
  public Path aggregatedLogs() {
    return directory.aggregatedLogs();
  }

  /**
   * Stops one NodeManager for good, and with it what runs in its containers.
   *
   * @param node HOST:PORT, as jobs name it
   */
  public void stopNode(String node) throws IOException {
    LOG.info("stopping node {}", node);
    nodes.stop(node);
  }

  /**
   * Starts a node with the directories of one that was stopped, and another port: what that left
   * there goes. Returns when it is registered.
   *
   * @param stopped a node that {@link #stopNode} has stopped; its HOST:PORT
   * @return HOST:PORT of the new one
   */
  public String startNode(String stopped) throws IOException, InterruptedException {
    String node = nodes.startInPlaceOf(stopped);
    LOG.info("node {} is there in the place of {}", node, stopped);
    return node;
  }

  /**
   * Keeps from the ResourceManager what a node of a cluster with recovery says; its containers run
   * on. A node that is stopped then is missed by nobody but those who hear nothing of it.
   *
   * @param node HOST:PORT, as jobs name it
   */
  public void cutOff(String node) {
    LOG.info("cutting node {} off", node);
    nodes.cutOff(node, true);
  }

  /** Ends {@link #cutOff}. */
  public void reconnect(String node) {
    LOG.info("connecting node {} again", node);
    nodes.cutOff(node, false);
  }

  /**
   * Stops a NodeManager of a cluster with recovery and starts another one in its place; containers
   * run on. Returns when that one runs.
   *
   * @param node HOST:PORT, as jobs name it
   */
  public void restartNode(String node) {
    LOG.info("restarting node {}", node);
    nodes.restart(node);
  }

  /** Ids of the keys by which the ResourceManager's, containers' and nodes' tokens are made now. */
  public List<Integer> masterKeys() {
    RMContext manager = yarn.getResourceManager().getRMContext();
    return Stream.of(
            manager.getAMRMTokenSecretManager().getCurrnetMasterKeyData().getMasterKey(),
            manager.getContainerTokenSecretManager().getCurrentKey(),
            manager.getNMTokenSecretManager().getCurrentKey())
        .map(MasterKey::getKeyId)
        .toList();
  }

  /** Containers run on; NodeManagers and ApplicationMasters look for another one. */
  public void stopResourceManager() {
    LOG.info("stopping the ResourceManager");
    yarn.stopResourceManager(0);
  }

  /** Starts another one where the last one was, which takes over what that one had stored. */
  public void startResourceManager() throws InterruptedException {
    LOG.info("starting another ResourceManager");
    yarn.startResourceManager();
  }

  /**
   * Where a node keeps what its containers work with.
   *
   * @param node HOST:PORT, as jobs name it
   */
  public Path localDirectory(String node) {
    return Path.of(nodes.get(node).getConfig().getTrimmed(YarnConfiguration.NM_LOCAL_DIRS));
  }

  /** HOST:PORT of each node that runs. */
  public List<String> nodes() {
    return nodes.names();
  }

  /** Ids of the processes that run now for containers of this cluster, whoever started them. */
  public List<Long> containerProcesses() {
    return directory.processes().find();
  }

  /**
   * @throws IOException when something could not be ended or removed
   */
  @Override
  public void close() throws IOException {
    try {
      nodes.stopAdded();
      yarn.stop();
    } finally {
      try {
        s3.close();
      } finally {
        try {
          if (docker.isPresent()) {
            docker.get().close();
          }
        } finally {
          directory.close();
        }
      }
    }
    LOG.info("cluster in {} is gone", directory.root());
  }
}
