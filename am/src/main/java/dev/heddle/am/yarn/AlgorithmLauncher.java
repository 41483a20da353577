package dev.heddle.am.yarn;

import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;

/**
 * Writes the launch contexts of algorithm containers (Hadoop's DockerLinuxContainerRuntime). None
 * holds a token: the algorithm may read what its container was launched with.
 */
final class AlgorithmLauncher {
  private static final String RUNTIME = "YARN_CONTAINER_RUNTIME_TYPE";
  private static final String DOCKER = "YARN_CONTAINER_RUNTIME_DOCKER_";

  /** A process that only waits; the algorithm's container will stand in its place. */
  ContainerLaunchContext holder() {
    return context(Map.of(RUNTIME, "default"), List.of("exec sleep infinity >/dev/null 2>&1"));
  }

  /** One that says when it has taken the algorithm's place. */
  ContainerLaunchContext holder(String mark) {
    return context(
        Map.of(RUNTIME, "default", "HEDDLE_MARK", mark),
        List.of(": >\"$HEDDLE_MARK\" && exec sleep infinity >/dev/null 2>&1"));
  }

  /** {@code docker run IMAGE COMMAND}: the image's own ENTRYPOINT stays. */
  ContainerLaunchContext algorithm(ContainerSpec spec) {
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.keySet().removeIf(name -> name.startsWith("YARN_CONTAINER_RUNTIME_"));
    environment.put(RUNTIME, "docker");
    environment.put(DOCKER + "IMAGE", spec.image());
    environment.put(DOCKER + "RUN_OVERRIDE_DISABLE", "true");
    environment.put(DOCKER + "CONTAINER_NETWORK", spec.network());
    environment.put(
        DOCKER + "MOUNTS",
        spec.mounts().stream()
            .map(mount -> mount.source() + ":" + mount.target() + ":rw")
            .collect(Collectors.joining(",")));
    if (!spec.temporaryFileSystems().isEmpty()) {
      environment.put(DOCKER + "TMPFS_MOUNTS", String.join(",", spec.temporaryFileSystems()));
    }
    return context(environment, spec.command());
  }

  private static ContainerLaunchContext context(
      Map<String, String> environment, List<String> commands) {
    return ContainerLaunchContext.newInstance(Map.of(), environment, commands, null, null, null);
  }
}
