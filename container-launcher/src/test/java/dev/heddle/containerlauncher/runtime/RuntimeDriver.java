package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** A small JVM that runs one image, to be killed or watched: WORK LOGS IMAGE NAMESPACES. */
public final class RuntimeDriver {
  private RuntimeDriver() {}

  public static void main(String[] args) throws Exception {
    NodePaths paths = new NodePaths(Path.of(args[0]), Path.of(args[1]));
    Files.createDirectories(paths.logs());
    paths.tree().create();
    int code;
    try (ProcessRuntime runtime =
        new ProcessRuntime(
            paths,
            new Settings(Map.of("heddle.process.namespaces", args[3])),
            new Configuration(false),
            () -> {
              throw new IllegalStateException();
            })) {
      runtime.prepare(new AlgorithmCommand(args[2], List.of(), List.of()));
      code = runtime.start(Map.of()).onExit().get().code();
    }
    System.out.println("code " + code);
  }
}
