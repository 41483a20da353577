package dev.heddle.tests.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Heddle's client as a process of its own, with the jar that this build made and the Hadoop client
 * that it fetched: what the {@code heddle} script runs where no Hadoop is installed.
 *
 * @param jar {@code client/target/heddle-VERSION.jar}
 * @param configuration its {@code HADOOP_CONF_DIR}
 * @param environment what its environment holds beside this process's own, such as S3's keys
 */
public record HeddleClient(Path jar, Path configuration, Map<String, String> environment) {
  public HeddleClient {
    environment = Map.copyOf(environment);
  }

  /** A client of an embedded cluster. */
  public static HeddleClient of(EmbeddedCluster cluster, Path jar) {
    Map<String, String> environment = new HashMap<>(cluster.s3().environment());
    cluster.docker().ifPresent(e -> environment.put("DOCKER_HOST", e.host().toString()));
    return new HeddleClient(jar, cluster.configurationDirectory(), environment);
  }

  /**
   * The jar in a source tree that has been built.
   *
   * @param home the tree's root
   * @throws IOException when it hasn't been built
   */
  public static Path jarIn(Path home) throws IOException {
    Path target = home.resolve("client/target");
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "heddle-[0-9]*.jar")) {
        for (Path jar : jars) {
          return jar;
        }
      }
    }
    throw new IOException("there is no heddle-VERSION.jar in " + target + ": build it first");
  }

  /** Not started; its output is inherited unless the caller redirects it. */
  public ProcessBuilder command(String... arguments) {
    String classPath =
        Stream.concat(
                Stream.of(configuration.toString(), jar.toString()),
                Stream.of("hadoop-client-api", "hadoop-client-runtime", "commons-logging")
                    .map(artifact -> ClassPath.jar(artifact).getPath()))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>(JavaCommand.quickStart());
    command.addAll(List.of("-cp", classPath, "dev.heddle.client.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    process.environment().putAll(environment);
    process.environment().put("HADOOP_CONF_DIR", configuration.toString());
    return process;
  }
}
