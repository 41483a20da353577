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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
    try (FileChannel all = lockAll()) {
      removeAbandoned();
      Path root = Files.createTempDirectory(PARENT, "");
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
      FileChannel lock =
          lock(root).orElseThrow(() -> new IOException("cannot lock the new directory " + root));
      return new DockerDirectory(root, lock);
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

  /**
   * Makes device nodes that go with this directory. Those that are there already, and not by
   * another of these directories, are the machine's own and stay as they are.
   *
   * @param numbers {@code MAJOR:MINOR} by path
   */
  void makeDevices(Map<String, String> numbers) throws IOException, InterruptedException {
    Set<String> pretended = devicesOfOthers(root);
    List<String> ours = new ArrayList<>();
    for (String path : numbers.keySet()) {
      if (!Files.exists(Path.of(path)) || pretended.contains(path)) {
        ours.add(path);
      }
    }
    // Written first: what is listed and not there does no harm.
    Files.write(root.resolve(DEVICES), ours);
    for (String path : ours) {
      if (!Files.exists(Path.of(path))) {
        String[] number = numbers.get(path).split(":", -1);
        int code =
            new ProcessBuilder("mknod", "--mode=666", path, "c", number[0], number[1])
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (code != 0) {
          throw new IOException("mknod " + path + " failed");
        }
      }
    }
  }

  private static Set<String> devicesOfOthers(Path root) throws IOException {
    Set<String> devices = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PARENT, Files::isDirectory)) {
      for (Path other : all) {
        Path list = other.resolve(DEVICES);
        if (!other.equals(root) && Files.exists(list)) {
          devices.addAll(Files.readAllLines(list));
        }
      }
    }
    return devices;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try (FileChannel all = lockAll()) {
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
      Set<String> needed = devicesOfOthers(root);
      for (String node : Files.readAllLines(devices)) {
        if (!needed.contains(node)) {
          Files.deleteIfExists(Path.of(node));
        }
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

  /**
   * For who looks around, or removes: a new directory or half of one looks like an abandoned one.
   */
  private static FileChannel lockAll() throws IOException, InterruptedException {
    FileChannel channel = open(PARENT.resolve(LOCK));
    while (true) {
      try {
        channel.lock();
        return channel;
      } catch (OverlappingFileLockException e) {
        // Held in this JVM, where waiting is our own affair.
        TimeUnit.MILLISECONDS.sleep(20);
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
