package dev.heddle.tests.embedded;

import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.DockerRuntime;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * What a cluster has more when its nodes run Docker containers: the Docker runtime, and what its
 * containers need in order to run as another user than ours.
 */
final class DockerSupport implements AutoCloseable {
  private final DockerRuntime runtime;
  private final StagingHandover staging;
  private final String applicationClassPath;

  private DockerSupport(
      DockerRuntime runtime, StagingHandover staging, String applicationClassPath) {
    this.runtime = runtime;
    this.staging = staging;
    this.applicationClassPath = applicationClassPath;
  }

  static DockerSupport start(DockerOptions options, ClusterDirectory directory)
      throws IOException, InterruptedException {
    if (!ClusterDirectory.everybodyMayPass(directory.root())) {
      throw new IOException(
          "containers run as the user "
              + DockerRuntime.USER
              + ", who may not enter "
              + directory.root()
              + ": choose another --dir");
    }
    Files.createDirectories(directory.nodes());
    String classPath = classPath(directory);
    StagingHandover staging = StagingHandover.start(directory.staging(), DockerRuntime.USER);
    boolean started = false;
    try {
      DockerSupport support =
          new DockerSupport(DockerRuntime.start(options, directory.nodes()), staging, classPath);
      started = true;
      return support;
    } finally {
      if (!started) {
        staging.close();
      }
    }
  }

  DockerEngine engine() {
    return runtime.engine();
  }

  Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>(runtime.properties());
    properties.put(YarnConfiguration.YARN_APPLICATION_CLASSPATH, applicationClassPath);
    return properties;
  }

  /** A local Maven repository often lies where other users may not go: then with copies. */
  private static String classPath(ClusterDirectory directory) throws IOException {
    List<String> entries = new ArrayList<>(List.of(directory.nodeConfiguration().toString()));
    Path copies = Files.createDirectories(directory.nodes().resolve("lib"));
    for (File jar : ClusterSettings.applicationJars().toList()) {
      Path path = jar.toPath().toRealPath();
      if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)
          || !ClusterDirectory.everybodyMayPass(path.getParent())) {
        path = Files.copy(path, copies.resolve(jar.getName()));
      }
      entries.add(path.toString());
    }
    return String.join(",", entries);
  }

  @Override
  public void close() throws IOException {
    staging.close();
    try {
      runtime.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
