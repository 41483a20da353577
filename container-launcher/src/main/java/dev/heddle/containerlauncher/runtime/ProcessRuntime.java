package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.pipemode.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Runs the algorithm as a process on the node: TrainingImage is a directory or a {@code .tar.gz}
 * archive that holds an executable {@code train}. Its output goes straight to the log directory.
 */
public final class ProcessRuntime implements AlgorithmRuntime {
  private static final Logger LOG = LogManager.getLogger(ProcessRuntime.class);

  private static final int KILL_PATIENCE_SECONDS = 10;

  private final NodePaths paths;
  private final ImageFetch images;
  private final String namespaces;
  private final Launcher launcher = new Launcher();

  private Isolation isolation;
  private List<String> program;
  private Path image;
  private RunningAlgorithm running;

  /**
   * @param settings {@code heddle.process.namespaces}
   * @param hadoop for images on a file system that Hadoop knows
   * @param s3 asked only for images in S3
   */
  public ProcessRuntime(
      NodePaths paths, Settings settings, Configuration hadoop, Supplier<ObjectStore> s3) {
    this.paths = paths;
    this.images = new ImageFetch(hadoop, s3);
    this.namespaces = settings.require(Setting.PROCESS_NAMESPACES);
  }

  @Override
  public void prepare(AlgorithmCommand command) throws FaultException, InterruptedException {
    try {
      for (String directory : List.of("work", "home", "tmp")) {
        Files.createDirectories(paths.scratch().resolve(directory));
      }
      if (!Files.exists(paths.hostsFile())) {
        Files.createFile(paths.hostsFile());
      }
    } catch (IOException e) {
      throw new FaultException(
          Blame.PLATFORM, "The host's directories could not be made on the node: " + e, e);
    }
    image = images.fetch(TrainingImage.parse(command.image()), paths.image());
    program = Program.resolve(command, image);
    isolation = new IsolationProbe(paths, launcher).choose(namespaces);
  }

  @Override
  public RunningAlgorithm start(Map<String, String> environment)
      throws FaultException, InterruptedException {
    Path ready = paths.work().resolve("ready");
    try {
      Files.deleteIfExists(ready);
      Optional<Guardian> guardian = Optional.empty();
      if (isolation instanceof PlainProcess plain) {
        Files.writeString(
            paths.stderr(),
            "heddle: this node allows no namespaces: /opt/ml stands at "
                + paths.tree().root()
                + " (SAGEMAKER_BASE_DIR), and the other hosts' names don't resolve\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        guardian = Optional.of(Guardian.start(launcher, plain.mark()));
      }
      Process process =
          launcher.start(
              isolation.commandLine(ready, complete(environment), program),
              ProcessBuilder.Redirect.appendTo(paths.stdout().toFile()),
              ProcessBuilder.Redirect.appendTo(paths.stderr().toFile()));
      if (guardian.isPresent()) {
        guardian.get().watch(process.pid());
      }
      running = new ProcessAlgorithm(process, isolation.hasOuterProcess(), ready, guardian);
      // Only now: had the agent died before, its end of the pipe would have closed unsaid.
      try (OutputStream go = process.getOutputStream()) {
        go.write("go\n".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        LOG.warn("algorithm: ended before it was told to start: {}", e.toString());
      }
      return running;
    } catch (IOException e) {
      throw new FaultException(
          Blame.PLATFORM, "The algorithm's process could not be started on the node: " + e, e);
    }
  }

  private Map<String, String> complete(Map<String, String> contract) {
    Map<String, String> all = new TreeMap<>();
    all.put("LANG", "C.UTF-8");
    all.put("HOME", isolation.scratchSeen().resolve("home").toString());
    all.put("TMPDIR", isolation.scratchSeen().resolve("tmp").toString());
    all.putAll(contract);
    all.putAll(isolation.variables());
    all.put("PATH", image + ":" + contract.getOrDefault("PATH", Program.SYSTEM_PATH));
    return all;
  }

  @Override
  public void close() {
    if (running != null) {
      running.kill();
      // Longer only if the kernel can't kill; the agent's end ends it then.
      running
          .onExit()
          .handle((status, fault) -> true)
          .completeOnTimeout(false, KILL_PATIENCE_SECONDS, TimeUnit.SECONDS)
          .join();
    }
    launcher.close();
  }

  /** What tells one algorithm's processes from another's on a node. */
  static String newId() {
    return UUID.randomUUID().toString();
  }
}
