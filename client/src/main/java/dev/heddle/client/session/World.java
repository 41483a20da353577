package dev.heddle.client.session;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.JobConnection;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineAddress;
import dev.heddle.client.logs.LogArchive;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.S3Access;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Everything outside this process that commands use, but for Hadoop's own file systems. */
public interface World {

  /** Reads Hadoop's configuration; slow, called once. */
  Configuration configuration(Map<String, String> environment);

  /**
   * @throws IOException when the ResourceManager can't be reached
   */
  Cluster cluster(Configuration hadoop) throws IOException;

  /**
   * The properties that a NodeManager runs with.
   *
   * @param web HOST:PORT of its web server
   * @throws IOException when it doesn't tell
   */
  Map<String, String> nodeSettings(Configuration hadoop, String web)
      throws IOException, InterruptedException;

  ObjectStore store(S3Access access) throws IOException;

  /** Opens a connection to the ApplicationMaster of a running job. */
  JobConnection job(
      Configuration hadoop, InetSocketAddress master, String applicationId, byte[] secret)
      throws IOException;

  LogArchive logs(Configuration hadoop);

  /**
   * The jar that this program runs from.
   *
   * @throws CommandException when it runs from something else
   */
  Path jar() throws CommandException;

  Clock clock();

  Pause pause();

  /** Runs the action when the process is ended by a signal, until the result is closed. */
  Closeable onInterrupt(Runnable action);

  /**
   * Runs the action at every Ctrl-C, and whenever else the process is told to end, in the place of
   * its end, until the result is closed.
   */
  Closeable insteadOfEnd(Runnable action);

  /**
   * Opens the way to a Docker engine.
   *
   * @throws IOException when it is no address that can be used
   */
  Engine engine(EngineAddress address) throws IOException;
}
