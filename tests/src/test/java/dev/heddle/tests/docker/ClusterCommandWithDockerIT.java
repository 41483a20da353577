package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.tests.ClusterCommands;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterCommandWithDockerIT {
  private final ClusterCommands commands = new ClusterCommands();

  @BeforeEach
  void canRunDocker() {
    assumeTrue(DockerEngine.obstacle().isEmpty(), () -> DockerEngine.obstacle().orElseThrow());
  }

  @AfterEach
  void end() throws InterruptedException {
    commands.endAll();
  }

  @Test
  void itsEngineTakesImagesAndLeavesNothing() throws IOException, InterruptedException {
    Process cluster = commands.start("--nodes", "1", "--docker");
    Path engine = engine(ClusterCommands.exports(cluster));
    assertEquals(0, sleepIn(engine));
    cluster.destroy();
    assertTrue(cluster.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, cluster.exitValue());
    assertGone(engine);
  }

  @Test
  void afterAKillTheNextOneEndsTheEngineThatWasLeft() throws IOException, InterruptedException {
    Process killed = commands.start("--nodes", "1", "--docker");
    Path engine = engine(ClusterCommands.exports(killed));
    assertEquals(0, sleepIn(engine));
    killed.destroyForcibly().waitFor();
    assertTrue(Files.exists(engine.resolve("docker.sock")), "the test needs an orphan");
    ClusterCommands.exports(commands.start("--nodes", "1", "--docker"));
    assertGone(engine);
  }

  private static void assertGone(Path engine) throws IOException {
    assertFalse(Files.exists(engine.getParent()), engine.toString());
    assertFalse(
        Files.readString(Path.of("/proc/self/mounts")).contains(engine.toString()),
        "mounts below " + engine);
    assertEquals(
        List.of(),
        ProcessHandle.allProcesses()
            .map(process -> process.info().commandLine().orElse(""))
            .filter(line -> line.contains(engine.toString()))
            .toList());
  }

  /** Starts a container that stays; returns the client's exit code. */
  private static int sleepIn(Path engine) throws IOException, InterruptedException {
    DockerEngine running = DockerEngine.at(engine);
    BusyboxImage.load(running, "local/sleeper");
    return running.run("run", "--detach", "--net=none", "local/sleeper", "sleep 600").code();
  }

  private static Path engine(Map<String, String> exports) {
    return Path.of(URI.create(exports.get("DOCKER_HOST")).getPath()).getParent();
  }
}
