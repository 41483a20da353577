package dev.heddle.client;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.JobConnection;
import dev.heddle.client.cluster.NodeWebServer;
import dev.heddle.client.cluster.YarnCluster;
import dev.heddle.client.engine.DockerEngine;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineAddress;
import dev.heddle.client.logs.AggregatedLogs;
import dev.heddle.client.logs.LogArchive;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Pause;
import dev.heddle.client.session.World;
import dev.heddle.client.submit.OwnJar;
import dev.heddle.containerlauncher.protocol.JobRpc;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** The world as it is: Hadoop, S3 and this machine. */
final class HadoopWorld implements World {

  @Override
  public Configuration configuration(Map<String, String> environment) {
    Configuration hadoop = new Configuration();
    String directory = environment.get("HADOOP_CONF_DIR");
    if (directory == null || directory.isBlank()) {
      return new YarnConfiguration(hadoop);
    }
    ConfDirectory files = ConfDirectory.of(Path.of(directory), hadoop.getClassLoader());
    if (files.isOnClassPath()) {
      return new YarnConfiguration(hadoop);
    }
    hadoop.setClassLoader(files);
    YarnConfiguration own = new YarnConfiguration(hadoop);
    // It would otherwise ask the class path whether the cluster is secure.
    UserGroupInformation.setConfiguration(own);
    return own;
  }

  @Override
  public Cluster cluster(Configuration hadoop) throws IOException {
    return YarnCluster.connect(hadoop);
  }

  @Override
  public Map<String, String> nodeSettings(Configuration hadoop, String web)
      throws IOException, InterruptedException {
    return NodeWebServer.properties(hadoop, web);
  }

  @Override
  public ObjectStore store(S3Access access) throws IOException {
    return S3ObjectStore.open(access);
  }

  @Override
  public JobConnection job(
      Configuration hadoop, InetSocketAddress master, String applicationId, byte[] secret)
      throws IOException {
    return JobConnection.of(JobRpc.connect(hadoop, master, applicationId, secret));
  }

  @Override
  public LogArchive logs(Configuration hadoop) {
    return new AggregatedLogs(hadoop);
  }

  @Override
  public Path jar() throws CommandException {
    return OwnJar.of(Main.class);
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public Pause pause() {
    return time -> Thread.sleep(time.toMillis());
  }

  @Override
  public Closeable onInterrupt(Runnable action) {
    Thread hook = new Thread(action, "heddle-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        return; // the process is ending, and the hook is running
      }
    };
  }

  @Override
  public Closeable insteadOfEnd(Runnable action) {
    return EndSignals.caught(action);
  }

  @Override
  public Engine engine(EngineAddress address) throws IOException {
    return DockerEngine.at(address);
  }
}
