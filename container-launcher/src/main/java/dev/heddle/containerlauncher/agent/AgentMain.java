package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentRpc;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.MasterAddress;
import dev.heddle.containerlauncher.protocol.TokenFile;
import dev.heddle.pipemode.s3.NativeCiphers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The agent's process. Arguments: {@code --host algo-K}; {@code --allocation CONTAINER} where the
 * algorithm has a container of its own; {@code --local-files} where {@code file:} addresses mean
 * this machine's directories, because all of the job is on it. Environment: what the NodeManager
 * gives (CONTAINER_ID, PWD, LOG_DIRS, NM_HOST, HADOOP_TOKEN_FILE_LOCATION) and HEDDLE_AM_ADDRESS,
 * {@code host:port}; HEDDLE_AM_FILE, which has a line of {@link MasterAddress}.
 *
 * <p>Exit codes: 0 when it was told to leave; 81 when its lease was lost; 82 when the
 * ApplicationMaster didn't take it on; 2 for a wrong command line or environment; 70 for a fault of
 * its own.
 */
public final class AgentMain {
  static final int WRONG_USAGE = 2;
  static final int OWN_FAULT = 70;
  static final int NOT_REGISTERED = 82;

  private static final Logger LOG = LogManager.getLogger(AgentMain.class);
  private static final Duration REGISTER_PATIENCE = Duration.ofSeconds(60);
  private static final Duration REGISTER_PAUSE = Duration.ofMillis(200);

  /** Opens the way to the ApplicationMaster. */
  @FunctionalInterface
  interface Connector {
    AgentProtocol connect(Configuration hadoop, InetSocketAddress am) throws IOException;
  }

  private final Map<String, String> environment;
  private final Connector connector;
  private final Duration patience;

  /** The command line. */
  private record Arguments(String host, Optional<String> allocation, boolean localFiles) {
    static Optional<Arguments> parse(List<String> all) {
      boolean local = !all.isEmpty() && all.get(all.size() - 1).equals("--local-files");
      List<String> args = local ? all.subList(0, all.size() - 1) : all;
      boolean plain = args.size() == 2 && args.get(0).equals("--host");
      boolean paired =
          args.size() == 4 && args.get(0).equals("--host") && args.get(2).equals("--allocation");
      return plain || paired
          ? Optional.of(
              new Arguments(
                  args.get(1), paired ? Optional.of(args.get(3)) : Optional.empty(), local))
          : Optional.empty();
    }
  }

  AgentMain(Map<String, String> environment, Connector connector, Duration patience) {
    this.environment = environment;
    this.connector = connector;
    this.patience = patience;
  }

  public static void main(String[] args) {
    int code;
    try {
      code = new AgentMain(System.getenv(), AgentRpc::connect, REGISTER_PATIENCE).run(args);
    } catch (Throwable e) {
      LOG.fatal("agent: a fault of its own", e);
      code = OWN_FAULT;
    }
    LogManager.shutdown();
    // Shutdown hooks of Hadoop's clients may wait for servers that are gone; nothing needs them.
    Runtime.getRuntime().halt(code);
  }

  int run(String[] args) throws IOException, InterruptedException {
    // First of all: an algorithm on this node may read every file of its application.
    UserGroupInformation.getLoginUser();
    TokenFile.unlink(environment);
    Optional<Arguments> arguments = Arguments.parse(List.of(args));
    if (arguments.isEmpty()) {
      LOG.fatal("usage: AgentMain --host algo-K [--allocation CONTAINER] [--local-files]");
      return WRONG_USAGE;
    }
    Configuration hadoop = new Configuration();
    NodePaths paths;
    List<Path> logs;
    InetSocketAddress am;
    String container;
    try {
      logs = Arrays.stream(require("LOG_DIRS").split(",", 0)).map(Path::of).toList();
      paths = new NodePaths(Path.of(require("PWD")).resolve("host"), logs.get(0));
      container = require("CONTAINER_ID");
      am = address(require("HEDDLE_AM_ADDRESS"));
    } catch (IllegalArgumentException e) {
      LOG.fatal("agent: {}", e.getMessage());
      return WRONG_USAGE;
    }
    AgentIdentity me =
        identity(arguments.get().host(), arguments.get().allocation().orElse(container), am);
    MasterLink master =
        new MasterLink(
            address -> connector.connect(hadoop, address), am, lookup(hadoop, environment));
    Assignment assignment = register(master, me);
    if (assignment == null) {
      return NOT_REGISTERED;
    }
    NativeCiphers.preferFor(assignment.s3());
    return new Agent(
            me,
            assignment,
            master,
            master::failed,
            new AgentParts(
                hadoop, logs.stream().map(Path::getParent).toList(), arguments.get().localFiles()),
            paths,
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "agent")))
        .run();
  }

  private static Optional<MasterLookup> lookup(
      Configuration hadoop, Map<String, String> environment) {
    return Optional.ofNullable(environment.get("HEDDLE_AM_FILE"))
        .map(
            file ->
                () -> {
                  org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file);
                  try (InputStream in = path.getFileSystem(hadoop).open(path)) {
                    return MasterAddress.parse(
                        new String(in.readAllBytes(), StandardCharsets.UTF_8));
                  }
                });
  }

  private AgentIdentity identity(String host, String allocation, InetSocketAddress am)
      throws IOException {
    String nodeName = require("NM_HOST");
    NodeAddress node = NodeAddress.find(nodeName, am);
    List<String> names = new ArrayList<>();
    String kernelName = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    names.add(kernelName);
    // An address of its own is no name.
    if (!nodeName.equals(node.address()) && !nodeName.contains(":")) {
      names.add(nodeName);
    }
    return new AgentIdentity(host, allocation, node.address(), node.networkInterface(), names);
  }

  /** Asks until the patience ends: the ApplicationMaster may be about to come back. */
  private Assignment register(MasterLink protocol, AgentIdentity me) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        Assignment assignment =
            protocol.register(me.containerId(), me.host(), me.nodeAddress(), me.networkInterface());
        LOG.info(
            "{} attempt {}: registered from {} ({})",
            me.host(),
            assignment.attempt(),
            me.nodeAddress(),
            me.networkInterface());
        return assignment;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          LOG.fatal("{}: the ApplicationMaster doesn't take this agent on", me.host(), e);
          return null;
        }
        LOG.warn("{}: not registered yet: {}", me.host(), e.toString());
        protocol.failed(e);
        Thread.sleep(REGISTER_PAUSE.toMillis());
      }
    }
  }

  private String require(String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("the environment variable " + name + " must be set");
    }
    return value;
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new InetSocketAddress(
          text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("HEDDLE_AM_ADDRESS must be host:port, not " + text, e);
    }
  }
}
