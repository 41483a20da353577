package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.cli.ClusterCommand;
import dev.heddle.tests.embedded.ClassPath;
import dev.heddle.tests.embedded.JavaCommand;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs {@code heddle cluster} in processes of their own; those that still run end with the test.
 */
public final class ClusterCommands {
  private final List<Process> started = new ArrayList<>();

  public Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(JavaCommand.quickStart());
    line.addAll(
        List.of(
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "-cp",
            String.join(File.pathSeparator, ClassPath.entries()),
            ClusterCommand.class.getName()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    started.add(process);
    return process;
  }

  /** What it printed up to the line {@code # ready}. */
  public static Map<String, String> exports(Process cluster) throws IOException {
    Map<String, String> exports = new LinkedHashMap<>();
    BufferedReader lines = cluster.inputReader();
    for (String line = lines.readLine(); !"# ready".equals(line); line = lines.readLine()) {
      assertTrue(line != null && line.startsWith("export "), line);
      String[] parts = line.substring("export ".length()).split("=", 2);
      exports.put(parts[0], parts[1]);
    }
    return exports;
  }

  public void endAll() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      process.waitFor();
    }
  }
}
