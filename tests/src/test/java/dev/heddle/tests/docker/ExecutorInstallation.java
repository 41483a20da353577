package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The stand-in executor for itself: with a docker command that only writes down what it is asked,
 * and a node's directories.
 */
final class ExecutorInstallation implements AutoCloseable {
  static final String CONTAINER = "container_1700000000000_0001_01_000002";
  static final String APPLICATION = "application_1700000000000_0001";

  /** {@code docker inspect} tells of a process that is no more, and of the exit code 4. */
  private static final String DOCKER =
      """
      #!/bin/sh
      printf '%s\\n' "$@" >> "${0%/*}/asked"
      case "$*" in
        *State.Pid*) echo 4194305 ;;
        *State.ExitCode*) echo 4 ;;
        *network*) echo host ;;
      esac
      """;

  private final DockerDirectory directory;
  private final ContainerExecutor executor;
  private final Path node;

  private ExecutorInstallation(DockerDirectory directory, ContainerExecutor executor, Path node) {
    this.directory = directory;
    this.executor = executor;
    this.node = node;
  }

  /** What a run of the executor said, and how it ended. */
  record Outcome(int code, String out, String err) {}

  /**
   * @param configuration what comes after the usual {@code [docker]} section
   */
  static ExecutorInstallation create(DockerOptions options, String configuration)
      throws IOException, InterruptedException {
    DockerDirectory directory = DockerDirectory.take();
    Path node = Files.createDirectories(directory.executor().resolve("node"));
    Files.createDirectories(node.resolve("local/nmPrivate"));
    Files.createDirectories(node.resolve("local/filecache"));
    Files.createDirectories(node.resolve("local/usercache"));
    Files.createDirectories(node.resolve("log"));
    Files.writeString(node.resolve("local/nmPrivate/script.sh"), "#!/bin/sh\nexit 3\n");
    Files.writeString(node.resolve("local/nmPrivate/tokens"), "tokens");
    Path docker = Files.createDirectories(directory.executor().resolve("fake")).resolve("docker");
    Files.writeString(docker, DOCKER);
    Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwxr-xr-x"));
    ContainerExecutor executor =
        ContainerExecutor.install(
            directory.executor(),
            ExecutorConfiguration.text(options, docker, node, directory.hierarchy())
                + configuration);
    return new ExecutorInstallation(directory, executor, node);
  }

  Path node() {
    return node;
  }

  Path configuration() {
    return executor.configuration();
  }

  Path program() {
    return executor.program();
  }

  Outcome run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(directory.executor(), "out", "");
    Path err = Files.createTempFile(directory.executor(), "err", "");
    List<String> line = new ArrayList<>(List.of(executor.program().toString()));
    line.addAll(List.of(arguments));
    int code =
        new ProcessBuilder(line)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Outcome(code, Files.readString(out), Files.readString(err));
  }

  /** Launches a Docker container in entry point mode whose command file has these entries more. */
  Outcome launchDocker(Map<String, String> entries) throws IOException, InterruptedException {
    return run(
        launch("nobody", "4", commandFile("run", entries).toString()).toArray(String[]::new));
  }

  /** Launches the script as a process. */
  Outcome launchProcess(String user, String resources) throws IOException, InterruptedException {
    return run(launch(user, "1", resources).toArray(String[]::new));
  }

  Outcome runDocker(String command, Map<String, String> entries)
      throws IOException, InterruptedException {
    return run("--run-docker", commandFile(command, entries).toString());
  }

  private List<String> launch(String user, String command, String last) {
    Path nmPrivate = node.resolve("local/nmPrivate");
    return List.of(
        user,
        "root",
        command,
        APPLICATION,
        CONTAINER,
        work().toString(),
        nmPrivate.resolve("script.sh").toString(),
        nmPrivate.resolve("tokens").toString(),
        "--http",
        nmPrivate.resolve("container.pid").toString(),
        node.resolve("local").toString(),
        node.resolve("log").toString(),
        last);
  }

  Path work() {
    return node.resolve("local/usercache/root/appcache").resolve(APPLICATION).resolve(CONTAINER);
  }

  Path logs() {
    return node.resolve("log").resolve(APPLICATION).resolve(CONTAINER);
  }

  private Path commandFile(String command, Map<String, String> entries) throws IOException {
    StringBuilder text = new StringBuilder("[docker-command-execution]\n");
    text.append("  docker-command=").append(command).append('\n');
    text.append("  name=").append(CONTAINER).append('\n');
    if (command.equals("run")) {
      text.append("  use-entry-point=true\n  detach=false\n  user=65534:65534\n");
      if (!entries.containsKey("image")) {
        text.append("  image=local/shell\n");
      }
      if (!entries.containsKey("net")) {
        text.append("  net=host\n");
      }
    }
    entries.forEach(
        (key, value) -> text.append("  ").append(key).append('=').append(value).append('\n'));
    Path file = Files.createTempFile(node.resolve("local/nmPrivate"), "docker", ".cmd");
    return Files.writeString(file, text);
  }

  /** The arguments of all calls of the docker command, in order. */
  List<String> asked() throws IOException {
    Path asked = directory.executor().resolve("fake/asked");
    return Files.exists(asked) ? Files.readAllLines(asked, StandardCharsets.UTF_8) : List.of();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    directory.close();
  }
}
