package dev.heddle.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The machine's processes as {@code /proc} shows them. */
final class Processes {
  private Processes() {}

  /**
   * @param commandLine arguments joined by spaces
   */
  record Found(long pid, String commandLine) {}

  static List<Found> matching(Predicate<String> commandLine) throws IOException {
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        String line = text(entry.resolve("cmdline"));
        if (!line.isEmpty() && commandLine.test(line)) {
          found.add(new Found(Long.parseLong(entry.getFileName().toString()), line));
        }
      }
    }
    return found;
  }

  /** A file of {@code /proc} with its zero bytes as spaces; empty when the process has ended. */
  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ')
          .strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Its environment at its start, variables parted by spaces. */
  static String environment(long pid) {
    return text(Path.of("/proc/" + pid + "/environ"));
  }

  static void kill(long pid) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor();
    if (code != 0) {
      throw new IOException("kill " + pid + " ended with " + code);
    }
  }
}
