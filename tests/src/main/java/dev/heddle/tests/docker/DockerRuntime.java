package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What lets the NodeManagers of one machine run Docker containers: an engine that they share, the
 * stand-in executor, and pretended GPUs.
 */
public final class DockerRuntime implements AutoCloseable {
  /** As whom containers run, whoever submitted them: YARN's rule for clusters without security. */
  public static final String USER = "nobody";

  /** Networks that every engine has. */
  private static final List<String> BUILT_IN = List.of("host", "none");

  private final DockerDirectory directory;
  private final DockerEngine engine;
  private final ContainerExecutor executor;
  private final Optional<PretendedGpus> gpus;
  private final DockerOptions options;

  private DockerRuntime(
      DockerDirectory directory,
      DockerEngine engine,
      ContainerExecutor executor,
      Optional<PretendedGpus> gpus,
      DockerOptions options) {
    this.directory = directory;
    this.engine = engine;
    this.executor = executor;
    this.gpus = gpus;
    this.options = options;
  }

  /** Whether this machine has what YARN gives out GPUs with. */
  public static boolean canPretendGpus() {
    return ControlGroups.hasDevices();
  }

  /**
   * @param nodes below it lie the NodeManagers' local and log directories
   * @throws IOException also where {@link DockerEngine#obstacle} has something to say
   */
  public static DockerRuntime start(DockerOptions options, Path nodes)
      throws IOException, InterruptedException {
    String obstacle = DockerEngine.obstacle().orElse(null);
    if (obstacle != null) {
      throw new IOException(obstacle);
    }
    DockerDirectory directory = DockerDirectory.take();
    boolean started = false;
    try {
      DockerEngine engine =
          DockerEngine.start(
              directory.engine(),
              options.networks().stream().filter(n -> !BUILT_IN.contains(n)).toList(),
              options.controlGroup());
      Path docker = ContainerExecutor.dockerCommand(directory.executor(), engine);
      ContainerExecutor executor =
          ContainerExecutor.install(
              directory.executor(),
              ExecutorConfiguration.text(options, docker, nodes, directory.hierarchy()));
      Optional<PretendedGpus> gpus =
          options.gpusPerNode() > 0
              ? Optional.of(PretendedGpus.start(options, directory))
              : Optional.empty();
      started = true;
      return new DockerRuntime(directory, engine, executor, gpus, options);
    } finally {
      if (!started) {
        directory.close();
      }
    }
  }

  public DockerEngine engine() {
    return engine;
  }

  /** For the servers' configuration. */
  public Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    String executorPrefix = "yarn.nodemanager.linux-container-executor.";
    String runtimePrefix = "yarn.nodemanager.runtime.linux.";
    properties.put(
        "yarn.nodemanager.container-executor.class",
        "org.apache.hadoop.yarn.server.nodemanager.LinuxContainerExecutor");
    properties.put(executorPrefix + "path", executor.program().toString());
    properties.put(executorPrefix + "group", ContainerExecutor.GROUP);
    properties.put(executorPrefix + "nonsecure-mode.local-user", USER);
    properties.put(runtimePrefix + "allowed-runtimes", "default,docker");
    properties.put(
        runtimePrefix + "docker.allowed-container-networks", String.join(",", options.networks()));
    properties.put(runtimePrefix + "docker.default-container-network", options.networks().get(0));
    // YARN's own: the executor tells a Docker container's process id only after three seconds, and
    // a
    // container that is stopped while nobody knows it goes on for ever.
    properties.put("yarn.nodemanager.process-kill-wait.ms", "5000");
    gpus.ifPresent(pretended -> properties.putAll(pretended.properties()));
    return properties;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    gpus.ifPresent(PretendedGpus::close);
    directory.close();
  }
}
