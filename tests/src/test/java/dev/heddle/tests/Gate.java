package dev.heddle.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Holds algorithms until a test lets them go on: they wait for a file, as long as its directory
 * exists, so that none outlives its test.
 */
final class Gate implements AutoCloseable {
  private final Path directory;

  Gate(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    // Algorithms may run as another user.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /** Shell lines that tell that an algorithm is here, then wait. */
  String script() {
    return """
        echo here > %1$s/arrived.$$
        while [ -d %1$s ] && [ ! -e %1$s/open ]; do sleep 0.1; done
        """
        .formatted(directory);
  }

  Path directory() {
    return directory;
  }

  boolean reached() throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.anyMatch(entry -> entry.getFileName().toString().startsWith("arrived"));
    }
  }

  /** Whether an algorithm has come that calls itself so. */
  boolean reached(String who) {
    return Files.exists(directory.resolve("arrived." + who));
  }

  /** A test that failed must not leave its hosts occupied. */
  @Override
  public void close() throws IOException {
    open();
  }

  void open() throws IOException {
    open("open");
  }

  /** Lets those go on who wait for this one of several. */
  void open(String which) throws IOException {
    Files.writeString(directory.resolve(which), "");
  }
}
