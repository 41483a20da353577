package dev.heddle.tests.cli;

import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.Novels;
import dev.heddle.tests.algorithms.Temperatures;
import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.DockerRuntime;
import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/** {@code heddle cluster}: an embedded YARN cluster and S3 server until it is told to stop. */
public final class ClusterCommand {
  private static final String HELP =
      """
      heddle cluster [--nodes N] [--dir DIR] [--docker [--gpus-per-node K]]

      Runs a YARN cluster and an S3 server on this machine until Ctrl-C or SIGTERM, and leaves no
      process behind.

        --nodes N   nodes (default 3), each with room for one ml.m5.large host, not for two
        --dir DIR   keep everything in DIR; the objects in S3, the jobs' records and the logs stay
                    there for the next time. Default: a temporary directory that goes at the end
        --docker    the nodes run Docker containers, too, with an engine of their own: images come
                    there with DOCKER_HOST as exported, and those named local/NAME are trusted. All
                    containers run as nobody. Needs root, and Debian's docker.io
        --gpus-per-node K
                    0 to 8 GPUs a node that are only pretended (default 0); needs --docker

      Standard output gets lines 'export NAME=VALUE' for the terminal in which jobs are submitted,
      then '# ready'. Exit codes: 0 stopped as asked, 2 wrong usage, or this machine can't run
      Docker, 4 it did not start, 70 something could not be ended or removed.
      """;

  private static final String BUCKET = "heddle";
  private static final int SHUTDOWN_SECONDS = 60;
  // Before Hadoop's own hooks, of which the file systems' (10) is the latest.
  private static final int SHUTDOWN_PRIORITY = 100;

  private ClusterCommand() {}

  public static void main(String[] args) throws InterruptedException {
    PrintStream out = System.out;
    // Whatever a library prints must not be taken for a setting.
    System.setOut(System.err);
    EmbeddedLogging.configure();
    EmbeddedCluster.Options options;
    try {
      Usage usage =
          Usage.parse(
              List.of(args), Set.of("--nodes", "--dir", "--gpus-per-node"), Set.of("--docker"));
      if (usage.help()) {
        out.print(HELP);
        return;
      }
      options =
          new EmbeddedCluster.Options(
              usage.text("--dir").map(d -> Path.of(d).toAbsolutePath().normalize()),
              usage.whole("--nodes", 3, 1, 64),
              Map.of(),
              docker(usage));
    } catch (Usage.WrongUsage | IllegalArgumentException e) {
      System.err.println("heddle cluster: " + e.getMessage());
      System.exit(2);
      return;
    }
    System.err.println(
        "Starting a YARN cluster of " + options.nodes() + " nodes and an S3 server ...");
    EmbeddedCluster cluster;
    try {
      cluster = EmbeddedCluster.start(options);
    } catch (IOException | RuntimeException e) {
      System.err.println("heddle cluster: " + e.getMessage());
      System.exit(4);
      return;
    }
    ShutdownHookManager.get()
        .addShutdownHook(
            () -> stop(cluster, options.directory().isPresent()),
            SHUTDOWN_PRIORITY,
            SHUTDOWN_SECONDS,
            TimeUnit.SECONDS);
    announce(out, cluster);
    System.err.println("It runs in " + cluster.directory() + "; Ctrl-C stops it.");
    new CountDownLatch(1).await();
  }

  private static Optional<DockerOptions> docker(Usage usage) throws Usage.WrongUsage {
    int gpus = usage.whole("--gpus-per-node", 0, 0, 8);
    if (!usage.has("--docker")) {
      if (usage.has("--gpus-per-node")) {
        throw new Usage.WrongUsage("--gpus-per-node needs --docker");
      }
      return Optional.empty();
    }
    Optional<String> obstacle = DockerEngine.obstacle();
    if (obstacle.isPresent()) {
      throw new Usage.WrongUsage(obstacle.get());
    }
    if (gpus > 0 && !DockerRuntime.canPretendGpus()) {
      throw new Usage.WrongUsage(
          "--gpus-per-node needs the control group 'devices' of version 1, which is not mounted");
    }
    return Optional.of(DockerOptions.standard().gpusPerNode(gpus));
  }

  private static void announce(PrintStream out, EmbeddedCluster cluster) {
    cluster.s3().createBucket(BUCKET);
    // The sample algorithms' data, so that their job files can be submitted as they are.
    Digits.load()
        .objects()
        .forEach((key, content) -> cluster.s3().put(BUCKET, "digits/" + key, content));
    Novels.load()
        .objects()
        .forEach((key, content) -> cluster.s3().put(BUCKET, "austen/" + key, content));
    Temperatures.load()
        .objects()
        .forEach((key, content) -> cluster.s3().put(BUCKET, "colorado/" + key, content));
    Map<String, String> exports = new LinkedHashMap<>();
    exports.put("HADOOP_CONF_DIR", cluster.configurationDirectory().toString());
    exports.putAll(cluster.s3().environment());
    exports.put("HEDDLE_BUCKET", BUCKET);
    cluster.docker().ifPresent(engine -> exports.put("DOCKER_HOST", engine.host().toString()));
    exports.forEach((name, value) -> out.println("export " + name + "=" + quote(value)));
    out.println("# ready");
    out.flush();
  }

  /** For a POSIX shell; as it is when nothing in it needs quoting. */
  static String quote(String value) {
    return value.matches("[A-Za-z0-9_./:@%+=-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
  }

  private static void stop(EmbeddedCluster cluster, boolean kept) {
    System.err.println("Stopping ...");
    int code = 0;
    try {
      cluster.close();
      if (kept) {
        System.err.println("S3 objects, job records and logs stay in " + cluster.directory());
      }
    } catch (IOException | RuntimeException e) {
      System.err.println("heddle cluster: " + e.getMessage());
      code = 70;
    }
    // A stop that was asked for is a success, whatever the signal that asked.
    Runtime.getRuntime().halt(code);
  }
}
