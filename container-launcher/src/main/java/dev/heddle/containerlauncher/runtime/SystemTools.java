package dev.heddle.containerlauncher.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The node's own programs, found without the PATH of whoever started the agent. */
final class SystemTools {
  private SystemTools() {}

  static Optional<String> find(String name) {
    for (String directory : Program.SYSTEM_PATH.split(":", 0)) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return Optional.of(program.toString());
      }
    }
    return Optional.empty();
  }

  static String shell() {
    return find("sh").orElse("/bin/sh");
  }
}
