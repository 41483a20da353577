package dev.heddle.tests.bench;

import dev.heddle.tests.embedded.ClassPath;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** YARN's own distributed shell, each client in a JVM of its own, with few jars. */
public final class DistributedShell implements Contender {
  private static final String GROUP = "nogroup";
  private static final String ARTIFACT = "hadoop-yarn-applications-distributedshell";

  /** What it needs beyond the Hadoop client. */
  private static final List<String> LIBRARIES =
      List.of(
          "commons-cli",
          "commons-lang3",
          "jersey-client",
          "log4j-1.2-api",
          "log4j-api",
          "log4j-core",
          "log4j-slf4j2-impl");

  private final Path configuration;
  private final String command;
  private final int hosts;
  private final List<String> asUser;
  private final Path home;

  /**
   * @param scratch gets the client's configuration
   * @param command a shell command for each of the hosts
   * @param user who submits; its containers run as the same one where nodes know users. Empty: the
   *     current one
   */
  public DistributedShell(
      EmbeddedCluster cluster, Path scratch, String command, int hosts, Optional<String> user)
      throws IOException {
    this.command = command;
    this.hosts = hosts;
    this.asUser =
        user.map(name -> List.of("setpriv", "--reuid", name, "--clear-groups", "--regid", GROUP))
            .orElse(List.of());
    this.home = Files.createDirectories(scratch.resolve("shell-home"));
    if (user.isPresent()) {
      // Its client stages what its master needs there, readable by its user alone.
      Files.setOwner(
          home,
          home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user.get()));
    }
    this.configuration = Files.createDirectories(scratch.resolve("shell-conf"));
    Configuration yarn = new Configuration(false);
    yarn.addResource(
        new org.apache.hadoop.fs.Path(
            cluster.configurationDirectory().resolve("yarn-site.xml").toUri()));
    // Its ApplicationMaster takes its class path from the client's configuration.
    yarn.set(
        YarnConfiguration.YARN_APPLICATION_CLASSPATH,
        Stream.concat(
                Stream.of(yarn.get(YarnConfiguration.YARN_APPLICATION_CLASSPATH)),
                LIBRARIES.stream().map(artifact -> jar(artifact)))
            .collect(Collectors.joining(",")));
    try (OutputStream out = Files.newOutputStream(configuration.resolve("yarn-site.xml"))) {
      yarn.writeXml(out);
    }
    Files.copy(
        cluster.configurationDirectory().resolve("core-site.xml"),
        configuration.resolve("core-site.xml"));
  }

  /** Where it can be read by whoever submits. */
  private String jar(String artifact) {
    File jar = ClassPath.jar(artifact);
    if (asUser.isEmpty()) {
      return jar.getPath();
    }
    Path copy = home.resolve(jar.getName());
    try {
      if (!Files.exists(copy)) {
        Files.copy(jar.toPath(), copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy.toString();
  }

  @Override
  public String name() {
    return "distributed shell";
  }

  @Override
  public ProcessBuilder client(int round) {
    String classPath =
        Stream.concat(
                Stream.of(configuration.toString()),
                Stream.concat(
                        Stream.of(
                            ARTIFACT,
                            "hadoop-client-api",
                            "hadoop-client-runtime",
                            "commons-logging",
                            "slf4j-api"),
                        LIBRARIES.stream())
                    .map(artifact -> jar(artifact)))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> line = new ArrayList<>(asUser);
    line.addAll(JavaCommand.quickStart());
    line.add("-Duser.home=" + home);
    line.addAll(
        List.of(
            "-cp",
            classPath,
            "org.apache.hadoop.yarn.applications.distributedshell.Client",
            "-jar",
            jar(ARTIFACT),
            "-appname",
            "shell-" + round,
            "-shell_command",
            command,
            "-num_containers",
            Integer.toString(hosts),
            "-container_memory",
            "9216",
            "-container_vcores",
            "2",
            "-master_memory",
            "1024",
            "-master_vcores",
            "1"));
    return new ProcessBuilder(line);
  }
}
