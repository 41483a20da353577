package dev.heddle.tests.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * An installation of the stand-in for YARN's native container-executor: the program, its
 * configuration, and a docker command that leads to one engine. Owned by root, below directories
 * that root alone can change, because the program refuses anything else.
 *
 * @param home has {@code bin/container-executor} and {@code etc/hadoop/container-executor.cfg}
 */
record ContainerExecutor(Path home) {
  static final String PYTHON = "/usr/bin/python3";
  static final String GROUP = "nogroup";

  private static final List<String> MODULES =
      List.of(
          "__init__",
          "arguments",
          "cfg",
          "codes",
          "docker_client",
          "docker_run",
          "housekeeping",
          "identity",
          "launch",
          "mounts",
          "setup",
          "trees");

  /**
   * @param configuration the text of {@code container-executor.cfg}
   */
  static ContainerExecutor install(Path home, String configuration) throws IOException {
    ContainerExecutor executor = new ContainerExecutor(home);
    Path modules = Files.createDirectories(home.resolve("bin/executor"));
    for (String module : MODULES) {
      copy("executor/" + module + ".py", modules.resolve(module + ".py"));
    }
    copy("container-executor", executor.program());
    GroupPrincipal group =
        home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
    Files.getFileAttributeView(executor.program(), PosixFileAttributeView.class).setGroup(group);
    // After the group, whose change takes the set-user-id bit away.
    Files.setAttribute(executor.program(), "unix:mode", 04750);
    Files.createDirectories(executor.configuration().getParent());
    Files.writeString(executor.configuration(), configuration);
    return executor;
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in = ContainerExecutor.class.getResourceAsStream("/executor/" + resource)) {
      if (in == null) {
        throw new IOException("the build has no " + resource);
      }
      Files.copy(in, to);
    }
  }

  /** A docker command for the executor, which takes no environment variable for it. */
  static Path dockerCommand(Path home, DockerEngine engine) throws IOException {
    Path command = Files.createDirectories(home.resolve("bin")).resolve("docker");
    Path client =
        DockerEngine.find("docker").orElseThrow(() -> new IOException("docker is not installed"));
    Files.writeString(
        command,
        "#!/bin/sh\nexport DOCKER_HOST=" + engine.host() + "\nexec " + client + " \"$@\"\n");
    return Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Path program() {
    return home.resolve("bin/container-executor");
  }

  Path configuration() {
    return home.resolve("etc/hadoop/container-executor.cfg");
  }
}
