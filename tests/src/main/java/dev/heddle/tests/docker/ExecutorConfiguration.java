package dev.heddle.tests.docker;

import dev.heddle.tests.docker.DockerOptions.GpuPlugin;
import java.nio.file.Path;

/** Writes {@code container-executor.cfg}, as Hadoop's documentation has it for Docker. */
final class ExecutorConfiguration {
  private static final String CAPABILITIES =
      "CHOWN,DAC_OVERRIDE,FSETID,FOWNER,MKNOD,NET_RAW,SETGID,SETUID,SETFCAP,SETPCAP,"
          + "NET_BIND_SERVICE,SYS_CHROOT,KILL,AUDIT_WRITE";

  private ExecutorConfiguration() {}

  /**
   * @param nodes below it lie the NodeManagers' local and log directories
   */
  static String text(DockerOptions options, Path docker, Path nodes, String hierarchy) {
    StringBuilder text = new StringBuilder();
    text.append("yarn.nodemanager.linux-container-executor.group=")
        .append(ContainerExecutor.GROUP)
        .append("\nmin.user.id=1000\n[docker]\n  module.enabled=true\n");
    entry(text, "docker.binary", docker.toString());
    entry(text, "docker.allowed.capabilities", CAPABILITIES);
    entry(text, "docker.allowed.networks", String.join(",", options.networks()));
    boolean v1 = options.gpusPerNode() > 0 && options.gpuPlugin() == GpuPlugin.NVIDIA_DOCKER_V1;
    entry(text, "docker.allowed.ro-mounts", nodes + (v1 ? "," + PretendedGpus.DRIVER_VOLUME : ""));
    entry(text, "docker.allowed.rw-mounts", nodes.toString());
    entry(text, "docker.trusted.registries", String.join(",", options.trustedRegistries()));
    entry(text, "docker.inspect.max.retries", Integer.toString(options.inspectRetries()));
    if (options.gpusPerNode() > 0) {
      if (v1) {
        entry(
            text,
            "docker.allowed.devices",
            String.join(",", PretendedGpus.devices(options.gpusPerNode())));
        entry(text, "docker.allowed.volume-drivers", "local");
      } else {
        entry(text, "docker.allowed.runtimes", "nvidia");
      }
      text.append("[gpu]\n");
      entry(text, "module.enabled", "true");
      text.append("[cgroups]\n");
      entry(text, "root", ControlGroups.root().toString());
      entry(text, "yarn-hierarchy", "/" + hierarchy);
    }
    return text.toString();
  }

  private static void entry(StringBuilder text, String key, String value) {
    text.append("  ").append(key).append('=').append(value).append('\n');
  }
}
