package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Short commands, and whether they are there. */
final class Tool {
  private static final int TAIL = 2000;

  private Tool() {}

  /**
   * Runs a command to its end.
   *
   * @param log gets its output
   * @throws IOException when it fails, with what it said
   */
  static void run(Path log, List<String> command) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException(
          command.get(0) + " failed with code " + code + ": " + tail(log).strip());
    }
  }

  /** The end of what a command wrote. */
  static String tail(Path log) throws IOException {
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    return text.substring(Math.max(0, text.length() - TAIL));
  }

  /** The first line that a command prints of its version; empty when it isn't installed. */
  static Optional<String> version(String... command) throws IOException, InterruptedException {
    if (!onPath(command[0])) {
      return Optional.empty();
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? text.lines().findFirst() : Optional.empty();
  }

  static boolean onPath(String command) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, command))) {
        return true;
      }
    }
    return false;
  }
}
