package dev.heddle.containerlauncher.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Images made of a shell script, and what is seen of their processes. */
final class TestImage {
  private TestImage() {}

  /** A directory whose {@code train} runs the lines. */
  static Path script(Path directory, String lines) throws IOException {
    return program(directory, "train", lines);
  }

  static Path program(Path directory, String name, String lines) throws IOException {
    Files.createDirectories(directory);
    Path train = directory.resolve(name);
    Files.writeString(train, "#!/bin/sh\n" + lines + "\n");
    Files.setPosixFilePermissions(train, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  /** The processes of the whole machine whose command line holds the word. */
  static Set<Long> processesWith(String word) throws IOException {
    List<Path> all;
    try (var proc = Files.list(Path.of("/proc"))) {
      all = proc.filter(p -> p.getFileName().toString().matches("\\d+")).toList();
    }
    return all.stream()
        .filter(p -> commandLine(p).contains(word))
        .map(p -> Long.parseLong(p.getFileName().toString()))
        .filter(id -> id != ProcessHandle.current().pid())
        .collect(Collectors.toSet());
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(
          process.resolve("cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }
}
