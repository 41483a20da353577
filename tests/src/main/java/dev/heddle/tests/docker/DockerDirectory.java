package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The directory of one cluster's engine and executor, held by a lock for as long as they run. It
 * lies where root alone can write, and its path is short. What a killed cluster left in another is
 * ended and removed first.
 */
final class DockerDirectory implements AutoCloseable {
  private static final Path PARENT = Path.of("/var/lib/heddle-docker");
  private static final String LOCK = "lock";

  /** Lists the device nodes that were made for it, which lie elsewhere. */
  private static final String DEVICES = "devices";

  private final Path root;
  private final FileChannel lock;

  private DockerDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  static DockerDirectory take() throws IOException, InterruptedException {
    Files.createDirectories(PARENT);
    Files.setPosixFilePermissions(PARENT, PosixFilePermissions.fromString("rwxr-xr-x"));
    // Held while it looks around: nobody takes a new directory for an abandoned one.
    try (FileChannel parent = open(PARENT.resolve(LOCK));
        FileLock looking = parent.lock()) {
      removeAbandoned();
      Path root = Files.createTempDirectory(PARENT, "");
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
      FileChannel lock =
          lock(root).orElseThrow(() -> new IOException("cannot lock the new directory " + root));
      return new DockerDirectory(root, lock);
    } catch (OverlappingFileLockException e) {
      throw new IOException("another thread starts an engine just now", e);
    }
  }

  Path engine() {
    return root.resolve("engine");
  }

  Path executor() {
    return root.resolve("executor");
  }

  Path gpus() {
    return root.resolve("gpus");
  }

  /** The name of the control groups below which the NodeManagers put theirs. */
  String hierarchy() {
    return hierarchy(root);
  }

  private static String hierarchy(Path root) {
    return "heddle-" + root.getFileName();
  }

  /** Remembers device nodes that go with this directory. */
  void rememberDevices(List<Path> nodes) throws IOException {
    Files.write(root.resolve(DEVICES), nodes.stream().map(Path::toString).toList());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      clear(root);
    } finally {
      lock.close();
    }
  }

  private static void clear(Path root) throws IOException, InterruptedException {
    EngineLeftovers.remove(root.resolve("engine"));
    ControlGroups.remove(Path.of(""), List.of(hierarchy(root)));
    Path devices = root.resolve(DEVICES);
    if (Files.exists(devices)) {
      for (String node : Files.readAllLines(devices)) {
        Files.deleteIfExists(Path.of(node));
      }
    }
    Trees.delete(root);
  }

  private static void removeAbandoned() throws IOException, InterruptedException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PARENT, Files::isDirectory)) {
      for (Path each : all) {
        Optional<FileChannel> abandoned = lock(each);
        if (abandoned.isPresent()) {
          try (FileChannel held = abandoned.get()) {
            clear(each);
          }
        }
      }
    }
  }

  private static Optional<FileChannel> lock(Path root) throws IOException {
    FileChannel channel = open(root.resolve(LOCK));
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held in this JVM.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return Optional.ofNullable(lock).map(l -> channel);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
