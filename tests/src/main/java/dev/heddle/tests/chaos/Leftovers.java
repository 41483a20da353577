package dev.heddle.tests.chaos;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * What a job that has ended may leave behind is its output, its last checkpoints, and its own files
 * in the staging directory.
 */
record Leftovers(EmbeddedCluster cluster, ChaosJob job, String application) {
  /** NodeManagers take their time to end and remove what is over. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Pattern STAGED =
      Pattern.compile(
          "(request|settings|record)\\.json|application|secret|master|hadoop-conf\\.xml"
              + "|checkpoints-\\d+\\.json|journal/\\d+[^/]*");

  private static final Pattern CHECKPOINT = Pattern.compile("algo-[1-3]/step-\\d{6}\\.json");

  List<String> found() throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    add(found, "processes", this::processes);
    add(found, "containers", this::occupied);
    add(found, "local files", this::local);
    add(found, "mounts", this::mounts);
    add(found, "FIFOs", this::fifos);
    add(found, "objects", this::objects);
    add(found, "unfinished uploads", this::uploads);
    add(found, "staged files", this::staged);
    return found;
  }

  /** Others' are theirs to answer for. */
  private List<String> uploads() {
    return cluster.s3().unfinishedUploads(ChaosJob.BUCKET).stream()
        .filter(key -> key.contains("/" + job.name() + "/"))
        .toList();
  }

  private interface Look {
    List<String> see() throws IOException;
  }

  private static void add(List<String> found, String what, Look look)
      throws IOException, InterruptedException {
    if (!Waiting.holds(PATIENCE, () -> look.see().isEmpty())) {
      List<String> left = look.see();
      if (!left.isEmpty()) {
        found.add("left behind, " + what + ": " + left);
      }
    }
  }

  private List<String> processes() {
    return cluster.containerProcesses().stream().map(Leftovers::commandLine).toList();
  }

  private static String commandLine(long pid) {
    return pid + " " + ProcessHandle.of(pid).flatMap(p -> p.info().commandLine()).orElse("");
  }

  /** Nodes of which something is given out. */
  private List<String> occupied() throws IOException {
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      List<String> occupied = new ArrayList<>();
      for (NodeReport node : yarn.getNodeReports(NodeState.RUNNING)) {
        if (node.getNumContainers() > 0) {
          occupied.add(node.getNodeId() + " has " + node.getNumContainers());
        }
      }
      return occupied;
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  private List<String> local() throws IOException {
    List<String> left = new ArrayList<>();
    for (String node : cluster.nodes()) {
      Path users = cluster.localDirectory(node).resolve("usercache");
      if (!Files.isDirectory(users)) {
        continue;
      }
      try (Stream<Path> each = Files.list(users)) {
        each.map(user -> user.resolve("appcache").resolve(application))
            .filter(Files::exists)
            .forEach(path -> left.add(path.toString()));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return left;
  }

  private List<String> mounts() throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      return mounts.filter(line -> line.contains(cluster.directory().toString())).toList();
    }
  }

  private List<String> fifos() throws IOException {
    List<String> fifos = new ArrayList<>();
    Files.walkFileTree(
        cluster.nodesDirectory(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isOther()) {
              fifos.add(file.toString());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passOver(e);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            return passOver(e);
          }
        });
    return fifos;
  }

  private static FileVisitResult passOver(IOException e) throws IOException {
    if (e != null && !(e instanceof NoSuchFileException)) {
      throw e;
    }
    return FileVisitResult.CONTINUE;
  }

  private List<String> objects() {
    List<String> others = new ArrayList<>();
    for (String key : cluster.s3().keys(ChaosJob.BUCKET, "")) {
      String checkpoints = ChaosJob.checkpoints(job.name()) + "/";
      boolean its = key.contains("/" + job.name() + "/");
      boolean known =
          key.equals(job.modelKey())
              || key.equals(job.recordKey())
              || (key.startsWith(checkpoints)
                  && CHECKPOINT.matcher(key.substring(checkpoints.length())).matches());
      if (its && !known) {
        others.add(key);
      }
    }
    return others;
  }

  private List<String> staged() throws IOException {
    try (Stream<Path> files = Files.walk(job.staging())) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> job.staging().relativize(file).toString())
          // A local file system has its checksums beside them.
          .map(name -> name.replaceFirst("(^|/)\\.([^/]+)\\.crc$", "$1$2"))
          .filter(name -> !STAGED.matcher(name).matches())
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
