package dev.heddle.tests.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerProcessesTest {
  @TempDir private Path nodes;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void aProcessWithAVariableBelowTheDirectoryIsFound() throws IOException {
    ProcessBuilder sleep = sleep();
    sleep.environment().put("LOCAL_DIRS", nodes + "/local/usercache");
    awaitFound(start(sleep));
  }

  @Test
  void aProcessWorkingInTheDirectoryIsFound() throws IOException {
    Path work = Files.createDirectories(nodes.resolve("container"));
    awaitFound(start(sleep().directory(work.toFile())));
  }

  @Test
  void aProcessWithAnArgumentBelowTheDirectoryIsFound() throws IOException {
    awaitFound(
        start(new ProcessBuilder("setsid", "sh", "-c", "sleep 600; :", nodes + "/launch.sh")));
  }

  @Test
  void aProcessOfANeighbourIsSpared() throws IOException {
    ProcessBuilder sleep = sleep();
    sleep.environment().put("LOCAL_DIRS", nodes + "2/local");
    Process neighbour = start(sleep);
    ProcessBuilder own = sleep();
    own.environment().put("LOCAL_DIRS", nodes + "/local");
    // Once our own is found, the neighbour's environment has been there to see as well.
    awaitFound(start(own));
    assertTrue(!find().contains(neighbour.pid()));
  }

  @Test
  void allAreKilledWithTheirChildren() throws IOException, InterruptedException {
    ProcessBuilder parent =
        new ProcessBuilder("setsid", "sh", "-c", "sleep 600 & sleep 600 & wait");
    parent.environment().put("LOCAL_DIRS", nodes + "/container");
    start(parent);
    Awaitility.await().until(() -> find().size() >= 3);
    assertEquals(List.of(), new ContainerProcesses(nodes).kill(Duration.ofSeconds(10)));
    assertEquals(List.of(), find());
  }

  private List<Long> find() {
    return new ContainerProcesses(nodes).find();
  }

  private void awaitFound(Process process) {
    Awaitility.await().until(() -> find().contains(process.pid()));
  }

  private static ProcessBuilder sleep() {
    return new ProcessBuilder("setsid", "sleep", "600");
  }

  private Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    started.add(process);
    return process;
  }
}
