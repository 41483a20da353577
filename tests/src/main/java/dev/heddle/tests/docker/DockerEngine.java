package dev.heddle.tests.docker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Docker engine of our own: a {@code dockerd} that keeps everything in one directory and leaves
 * the machine's networks alone, so containers have the network {@code host} or {@code none}. Needs
 * root and Debian's {@code docker.io}.
 */
public final class DockerEngine implements AutoCloseable {
  private static final Duration START_PATIENCE = Duration.ofSeconds(30);
  private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(5);
  private static final int LONGEST_SOCKET_PATH = 107;

  private final Path directory;

  private DockerEngine(Path directory) {
    this.directory = directory;
  }

  /** One sentence with the remedy, where this machine can't run an engine; else empty. */
  public static Optional<String> obstacle() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("Docker containers need root, to start an engine of their own: use sudo");
    }
    for (String program : List.of("dockerd", "docker", "containerd", "runc")) {
      if (find(program).isEmpty()) {
        return Optional.of(
            program + " is not installed: 'apt-get install docker.io' brings it on Debian");
      }
    }
    if (!Files.isExecutable(Path.of(ContainerExecutor.PYTHON))) {
      return Optional.of(ContainerExecutor.PYTHON + " is missing: 'apt-get install python3'");
    }
    return Optional.empty();
  }

  /** Debian's own programs win over whatever else is on the PATH. */
  static Optional<Path> find(String program) {
    return Stream.concat(
            Stream.of("/usr/sbin", "/usr/bin"),
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)))
        .map(place -> Path.of(place, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Returns when the engine answers.
   *
   * @param directory its own, which {@link #close} removes
   * @param networks to make, without a way out. With any, the engine has a network namespace of its
   *     own, so that the machine's interfaces stay as they are; with none, it has the machine's
   * @param controlGroup below which containers get theirs; if empty, Docker's own choice
   */
  static DockerEngine start(Path directory, List<String> networks, Optional<String> controlGroup)
      throws IOException, InterruptedException {
    return start(directory, networks, controlGroup, false);
  }

  /**
   * An engine as a user has it, with bridge networks and names on them, in a network namespace of
   * its own: {@link #inside} runs what is to reach it there.
   *
   * @param directory its own, which {@link #close} removes
   */
  public static DockerEngine startWithBridges(Path directory)
      throws IOException, InterruptedException {
    return start(directory, List.of(), Optional.empty(), true);
  }

  private static DockerEngine start(
      Path directory, List<String> networks, Optional<String> controlGroup, boolean bridges)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    DockerEngine engine = new DockerEngine(directory);
    if (engine.socket().toString().length() > LONGEST_SOCKET_PATH) {
      throw new IOException("the path of a socket can't be as long as " + engine.socket());
    }
    Process daemon =
        new ProcessBuilder(
                engine.commandLine(!networks.isEmpty() || bridges, bridges, controlGroup))
            .redirectErrorStream(true)
            .redirectOutput(engine.log().toFile())
            .start();
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (!engine.answers()) {
      if (!daemon.isAlive() || System.nanoTime() > deadline) {
        String said = Files.readString(engine.log(), StandardCharsets.ISO_8859_1);
        engine.close();
        throw new IOException(
            "dockerd did not start; it said: "
                + said.substring(Math.max(0, said.length() - 2000)).strip());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    for (String network : networks) {
      Outcome made = engine.run("network", "create", "--internal", network);
      if (made.code() != 0) {
        engine.close();
        throw new IOException("no network " + network + " could be made: " + made.output());
      }
    }
    return engine;
  }

  /** The engine of another process that keeps everything in this directory. */
  static DockerEngine at(Path directory) {
    return new DockerEngine(directory);
  }

  /** What begins the command line of a program that is to run in the engine's network namespace. */
  public List<String> inside() throws IOException {
    String pid = Files.readString(directory.resolve("pid")).strip();
    return List.of(program("nsenter"), "--net=/proc/" + pid + "/ns/net", "--");
  }

  private List<String> commandLine(boolean apart, boolean bridges, Optional<String> controlGroup)
      throws IOException {
    // In a session of its own: a Ctrl-C is for us, who then end it in order.
    List<String> line = new ArrayList<>(List.of(program("setsid")));
    if (apart) {
      line.addAll(
          List.of(
              program("unshare"),
              "--net",
              "/bin/sh",
              "-c",
              program("ip") + " link set lo up && exec \"$0\" \"$@\""));
    }
    line.addAll(
        List.of(
            program("dockerd"),
            "--data-root",
            directory.resolve("root").toString(),
            "--exec-root",
            directory.resolve("exec").toString(),
            "-p",
            directory.resolve("pid").toString(),
            "-H",
            host().toString(),
            "--add-runtime",
            "nvidia=" + program("runc")));
    if (!bridges) {
      line.addAll(List.of("--iptables=false", "--bridge=none"));
    }
    controlGroup.ifPresent(parent -> line.addAll(List.of("--cgroup-parent", parent)));
    return line;
  }

  private static String program(String name) throws IOException {
    return find(name)
        .map(Path::toString)
        .orElseThrow(() -> new IOException(name + " is not installed"));
  }

  /** For clients: their {@code DOCKER_HOST}. */
  public URI host() {
    return URI.create("unix://" + socket());
  }

  /** What a client said, and how it ended. */
  public record Outcome(int code, String output) {}

  /** A call of the docker client; not started. */
  public ProcessBuilder client(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(program("docker")));
    line.addAll(List.of(arguments));
    ProcessBuilder client = new ProcessBuilder(line);
    client.environment().put("DOCKER_HOST", host().toString());
    return client;
  }

  /** Runs the docker client to its end. */
  public Outcome run(String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "client", ".txt");
    try {
      Process client =
          client(arguments).redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!client.waitFor(COMMAND_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        client.destroyForcibly();
        throw new IOException("docker " + String.join(" ", arguments) + " did not end");
      }
      return new Outcome(client.exitValue(), Files.readString(output).strip());
    } finally {
      Files.delete(output);
    }
  }

  /**
   * Makes an image of a directory's content.
   *
   * @param name such as {@code local/shell}
   * @param changes Dockerfile instructions, such as {@code ENTRYPOINT ["/bin/sh"]}
   */
  public void load(String name, Path rootFilesystem, String... changes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("import"));
    for (String change : changes) {
      command.addAll(List.of("--change", change));
    }
    command.addAll(List.of("-", name));
    Process tar =
        new ProcessBuilder("tar", "-C", rootFilesystem.toString(), "-c", ".")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Process client =
        client(command.toArray(String[]::new))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    try (var from = tar.getInputStream();
        var to = client.getOutputStream()) {
      from.transferTo(to);
    }
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (tar.waitFor() != 0 || client.waitFor() != 0) {
      throw new IOException("no image " + name + " could be made: " + said.strip());
    }
  }

  /** Ids of the containers, running or not. */
  public List<String> containers() throws IOException, InterruptedException {
    Outcome listed = run("ps", "--all", "--quiet", "--no-trunc");
    if (listed.code() != 0) {
      throw new IOException("docker ps failed: " + listed.output());
    }
    return listed.output().lines().filter(line -> !line.isBlank()).toList();
  }

  private boolean answers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      channel.write(
          ByteBuffer.wrap("GET /_ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // The status line comes first.
      }
      return new String(answer.array(), StandardCharsets.US_ASCII).contains(" 200 ");
    } catch (IOException e) {
      return false;
    }
  }

  private Path socket() {
    return directory.resolve("docker.sock");
  }

  private Path log() {
    return directory.resolve("dockerd.log");
  }

  /**
   * Ends the containers and the engine, and removes its directory.
   *
   * @throws IOException naming what could not be ended or removed
   */
  @Override
  public void close() throws IOException, InterruptedException {
    EngineLeftovers.remove(directory);
  }
}
