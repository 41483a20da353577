package dev.heddle.tests.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory that one embedded cluster has for itself, held by a lock for as long as it runs.
 *
 * <p>What a former cluster left there, because it was killed, is ended and removed first. A
 * directory that the user named stays when the cluster stops, with the objects in S3, the jobs'
 * records and the aggregated logs; one of our own goes altogether.
 */
final class ClusterDirectory implements AutoCloseable {
  private static final String PREFIX = "heddle-cluster-";
  private static final String PUBLIC_PREFIX = "heddle-public-";

  /** Holds the path of the public resources where they can't lie below the directory itself. */
  private static final String ELSEWHERE = "public-elsewhere";

  private static final String LOCK = "cluster.lock";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration NEWBORN = Duration.ofMinutes(1);

  private final Path root;
  private final boolean ours;
  private final FileChannel lock;
  private final Optional<Path> publicElsewhere;

  private ClusterDirectory(Path root, boolean ours, FileChannel lock) throws IOException {
    this.root = root;
    this.ours = ours;
    this.lock = lock;
    this.publicElsewhere =
        everybodyMayPass(root)
            ? Optional.empty()
            : Optional.of(open(Files.createTempDirectory(PUBLIC_PREFIX)));
    if (publicElsewhere.isPresent()) {
      Files.writeString(root.resolve(ELSEWHERE), publicElsewhere.get().toString());
    }
    closed(Files.createDirectories(clientConfiguration()));
    closed(Files.createDirectories(objects()));
    Files.createDirectories(nodeConfiguration());
    Files.createDirectories(staging());
    Files.createDirectories(aggregatedLogs());
    Files.createDirectories(temporary());
    open(Files.createDirectories(publicResources()));
  }

  /**
   * @param named the user's choice; empty for a new one of our own below {@code java.io.tmpdir}
   * @throws IOException when it can't be made, or another cluster runs in it
   */
  static ClusterDirectory take(Optional<Path> named) throws IOException, InterruptedException {
    if (named.isPresent()) {
      Path root = Files.createDirectories(named.get()).toRealPath();
      FileChannel lock =
          lock(root)
              .orElseThrow(
                  () ->
                      new IOException(
                          "another cluster runs in " + root + ": choose another --dir"));
      clear(root);
      return new ClusterDirectory(root, false, lock);
    }
    Path temp = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
    removeAbandoned(temp);
    Path root = open(Files.createTempDirectory(temp, PREFIX));
    FileChannel lock =
        lock(root).orElseThrow(() -> new IOException("cannot lock the new directory " + root));
    return new ClusterDirectory(root, true, lock);
  }

  Path root() {
    return root;
  }

  /** The client's configuration; only for its owner, because it holds the S3 keys. */
  Path clientConfiguration() {
    return root.resolve("conf");
  }

  /** The configuration that containers see: the same without keys. */
  Path nodeConfiguration() {
    return nodes().resolve("conf");
  }

  /** Where the NodeManagers work, and nobody else. */
  Path nodes() {
    return root.resolve("yarn");
  }

  Path objects() {
    return root.resolve("s3");
  }

  Path staging() {
    return root.resolve("staging");
  }

  /** A NodeManager takes public resources only from below directories that everybody may pass. */
  Path publicResources() {
    return publicElsewhere.orElse(root.resolve("public"));
  }

  Path aggregatedLogs() {
    return root.resolve("logs");
  }

  Path temporary() {
    return root.resolve("tmp");
  }

  Path serverLog() {
    return root.resolve("cluster.log");
  }

  ContainerProcesses processes() {
    return new ContainerProcesses(nodes());
  }

  /**
   * @throws IOException naming the container processes that can't be ended
   */
  @Override
  public void close() throws IOException {
    try {
      clear(root);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (ours) {
        delete(root);
      }
      lock.close();
    }
  }

  /** Ends and removes what only a running cluster needs. */
  private static void clear(Path root) throws IOException, InterruptedException {
    Path nodes = root.resolve("yarn");
    List<Long> alive = new ContainerProcesses(nodes).kill(PATIENCE);
    delete(nodes);
    delete(root.resolve("tmp"));
    delete(root.resolve("conf"));
    Path elsewhere = root.resolve(ELSEWHERE);
    if (Files.exists(elsewhere)) {
      Path directory = Path.of(Files.readString(elsewhere));
      if (directory.getFileName().toString().startsWith(PUBLIC_PREFIX)) {
        delete(directory);
      }
      Files.delete(elsewhere);
    }
    if (!alive.isEmpty()) {
      throw new IOException("container processes that could not be ended: " + alive);
    }
  }

  /** Clusters that were killed can't tidy up; the next one does it for them. */
  private static void removeAbandoned(Path temp) throws IOException, InterruptedException {
    try (DirectoryStream<Path> clusters = Files.newDirectoryStream(temp, PREFIX + "*")) {
      for (Path cluster : clusters) {
        Path file = cluster.resolve(LOCK);
        if (!Files.isRegularFile(file)
            || !Files.isWritable(file)
            || !Files.getOwner(file).getName().equals(System.getProperty("user.name"))
            || Files.getLastModifiedTime(file).toInstant().isAfter(Instant.now().minus(NEWBORN))) {
          continue;
        }
        Optional<FileChannel> abandoned = lock(cluster);
        if (abandoned.isPresent()) {
          try (FileChannel held = abandoned.get()) {
            clear(cluster);
            delete(cluster);
          }
        }
      }
    }
  }

  private static Optional<FileChannel> lock(Path root) throws IOException {
    FileChannel channel =
        FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by another cluster of this JVM.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return Optional.ofNullable(lock).map(l -> channel);
  }

  /** Whether each user may go there: a right of each directory on the way. */
  static boolean everybodyMayPass(Path directory) throws IOException {
    for (Path d = directory; d != null; d = d.getParent()) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(d);
      if (!permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private static Path open(Path directory) throws IOException {
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path closed(Path directory) throws IOException {
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  /** Removes a tree; what vanishes meanwhile is no fault. */
  private static void delete(Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e.getCause();
      }
      delete(tree);
    }
  }
}
