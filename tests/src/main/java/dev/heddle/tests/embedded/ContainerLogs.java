package dev.heddle.tests.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * What the containers of one application print, where they run. After its end YARN removes it,
 * unless {@code yarn.nodemanager.delete.debug-delay-sec} says otherwise.
 *
 * @param nodes where the NodeManagers work
 */
public record ContainerLogs(Path nodes, String application) {

  public List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        nodes,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            // Where containers work there may be very much, and none of it is a log.
            return directory.getFileName().toString().contains("localDir")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = file.toString();
            if (attributes.isRegularFile()
                && path.contains("logDir")
                && path.contains("/" + application + "/")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              // Another container's went away meanwhile.
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            if (e == null || e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  /** The lines of each file, one file after the other. */
  public List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      try {
        lines.addAll(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
      } catch (NoSuchFileException e) {
        // It went away meanwhile.
      }
    }
    return lines;
  }
}
