package dev.heddle.containerlauncher.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How an algorithm's process is set apart from the node. The command line that it builds waits for
 * a line on its standard input, and makes the file {@code ready} just before it becomes the
 * algorithm.
 */
interface Isolation {

  /** The command line that ends up as {@code program} with exactly these variables. */
  List<String> commandLine(Path ready, Map<String, String> environment, List<String> program);

  /** Where the algorithm sees {@code NodePaths.scratch()}. */
  Path scratchSeen();

  /** Variables that the isolation itself asks for. */
  Map<String, String> variables();

  /** Whether the started process is not the algorithm but its parent in an outer namespace. */
  boolean hasOuterProcess();

  /** {@code env -i NAME=VALUE... PROGRAM...}, whatever characters the program's path holds. */
  static List<String> withEnvironment(Map<String, String> environment, List<String> program) {
    List<String> line = new ArrayList<>();
    line.add(SystemTools.find("env").orElse("env"));
    line.add("-i");
    environment.forEach((name, value) -> line.add(name + "=" + value));
    // env would take a path with '=' for a variable; the shell doesn't.
    line.addAll(List.of(SystemTools.shell(), "-c", "exec \"$@\"", "heddle"));
    line.addAll(program);
    return line;
  }
}
