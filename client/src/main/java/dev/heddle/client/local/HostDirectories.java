package dev.heddle.client.local;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directories of one run.
 *
 * @param root the run's own, which only its user may enter
 */
record HostDirectories(Path root) {

  void create() throws IOException {
    Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(staging());
    Files.createDirectories(logs());
  }

  /** For the job's record and the listings of its checkpoints. */
  Path staging() {
    return root.resolve("staging");
  }

  /** An agent's working directory, in which /opt/ml lies. */
  Path work(String allocation) {
    return root.resolve("hosts").resolve(allocation);
  }

  /** One directory for each agent and each algorithm container. */
  Path logs() {
    return root.resolve("logs");
  }

  /** Where an agent's own output lies. */
  Path agentLogs(String allocation) {
    return logs().resolve("agent-" + allocation);
  }

  /** Removes a tree, also what an algorithm has taken the rights away from. */
  static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
              Files.setPosixFilePermissions(
                  directory, PosixFilePermissions.fromString("rwx------"));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The directories of all runs below a common root. */
  static List<Path> runs(Path above) throws IOException {
    if (!Files.isDirectory(above)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(above)) {
      return all.toList();
    }
  }
}
