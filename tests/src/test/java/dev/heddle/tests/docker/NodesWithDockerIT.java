package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What YARN does with Docker containers on the cluster that the tests of Heddle run on, seen
 * without Heddle.
 */
@ExtendWith(DockerClusterExtension.class)
class NodesWithDockerIT {
  private static final Resource ONE = Resource.newInstance(1024, 1);
  private static final String IMAGE = "local/nodes-with-docker";
  private static final String SAME_UNTRUSTED = "elsewhere/nodes-with-docker";

  @BeforeAll
  static void image(DockerEngine engine) throws IOException, InterruptedException {
    BusyboxImage.load(engine, IMAGE);
    DockerEngine.Outcome tagged = engine.run("tag", IMAGE, SAME_UNTRUSTED);
    assertEquals(0, tagged.code(), tagged.output());
  }

  @Test
  void aContainerIsTheImagesEntryPointWithTheMastersEnvironment(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(container, docker(IMAGE, "GREETING", "hello"), "echo $GREETING from $(id -u)");
      ContainerStatus ended = master.awaitEnd(container);
      assertEquals(0, ended.getExitStatus(), ended.getDiagnostics());
      List<String> output = output(cluster, container, "stdout.txt");
      assertEquals("Launching docker container...", output.get(0));
      assertTrue(output.get(1).startsWith("Docker run command: "), output.get(1));
      assertEquals(List.of("hello from 65534"), output.subList(2, output.size()));
    }
  }

  @Test
  void anExitCodeIsTheContainers(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(container, docker(IMAGE), "exit 5");
      assertEquals(5, master.awaitEnd(container).getExitStatus());
    }
  }

  @Test
  void whatAProcessLaysOutADockerContainerOfTheApplicationFindsThroughItsMount(
      EmbeddedCluster cluster) throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container process = master.allocate(ONE);
      master.start(process, Map.of(), "mkdir $LOCAL_DIRS/ml && echo warp >$LOCAL_DIRS/ml/in");
      assertEquals(0, master.awaitEnd(process).getExitStatus());
      Path tree = applicationDirectory(cluster, process).resolve("ml");
      // On the same node: the tree is there, and the container has to be.
      Container container = master.allocateOn(process.getNodeId(), ONE);
      master.start(
          container,
          docker(IMAGE, "YARN_CONTAINER_RUNTIME_DOCKER_MOUNTS", tree + ":/opt/ml:rw"),
          "tr a-z A-Z </opt/ml/in >/opt/ml/out");
      ContainerStatus ended = master.awaitEnd(container);
      assertEquals(0, ended.getExitStatus(), ended.getDiagnostics());
      assertEquals("WARP\n", Files.readString(tree.resolve("out")));
    }
  }

  @Test
  void anUntrustedImageRunsWithoutAnyMount(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(
          container,
          docker(
              SAME_UNTRUSTED,
              "YARN_CONTAINER_RUNTIME_DOCKER_MOUNTS",
              cluster.nodesDirectory() + ":/opt/ml:rw"),
          "ls /opt/ml");
      assertEquals(0, master.awaitEnd(container).getExitStatus());
      List<String> output = output(cluster, container, "stdout.txt");
      assertFalse(output.get(1).contains(" -v "), output.get(1));
      assertEquals(2, output.size(), "/opt/ml is the image's empty directory");
    }
  }

  @Test
  void aMountFromElsewhereIsRefused(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(
          container,
          docker(IMAGE, "YARN_CONTAINER_RUNTIME_DOCKER_MOUNTS", "/etc:/opt/ml:ro"),
          "true");
      ContainerStatus ended = master.awaitEnd(container);
      assertEquals(29, ended.getExitStatus());
      assertTrue(
          ended
              .getDiagnostics()
              .contains("Configuration does not allow mount src='/etc', dest='/opt/ml'"),
          ended.getDiagnostics());
    }
  }

  @Test
  void aMissingImageAndAMissingCommandEndTheContainer(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container noImage = master.allocate(ONE);
      Container noCommand = master.allocate(ONE);
      master.start(noImage, docker("local/no-such-image"), "true");
      master.start(noCommand, docker(IMAGE), "no-such-command");
      ContainerStatus ended = master.awaitEnd(noImage);
      assertEquals(7, ended.getExitStatus());
      assertTrue(
          ended.getDiagnostics().contains("Unable to find image 'local/no-such-image:latest'"),
          ended.getDiagnostics());
      assertEquals(127, master.awaitEnd(noCommand).getExitStatus());
    }
  }

  @Test
  void aPlaceholderBecomesADockerContainerAndAPlaceholderAgain(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(container, Map.of(), "echo >$LOG_DIRS/first; exec sleep 600");
      awaitFile(cluster, container, "first");
      master.reInitialize(container, docker(IMAGE), "sleep 601");
      awaitDocker(cluster, container, true);
      master.reInitialize(container, Map.of(), "echo >$LOG_DIRS/second; exec sleep 602");
      awaitFile(cluster, container, "second");
      awaitDocker(cluster, container, false);
      master.reInitialize(container, docker(IMAGE), "exit 6");
      assertEquals(6, master.awaitEnd(container).getExitStatus());
    }
  }

  @Test
  void aStoppedContainerGetsTermThenKill(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container deaf = master.allocate(ONE);
      master.start(deaf, docker(IMAGE), "trap '' TERM; while true; do sleep 1; done");
      awaitDocker(cluster, deaf, true);
      master.stop(deaf);
      int code = master.awaitEnd(deaf).getExitStatus();
      assertTrue(code == -105 || code == 137, "exit code " + code);
      awaitDocker(cluster, deaf, false);
    }
  }

  @Test
  void eachNodeHandsOutItsOwnGpus(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    assumeTrue(DockerRuntime.canPretendGpus(), "no control group 'devices' of version 1");
    Resource twoGpus = Resource.newInstance(1024, 1, Map.of("yarn.io/gpu", 2L));
    // Without '=' and ',', at which YARN cuts and splits a command.
    String show = "echo gpus $NVIDIA_VISIBLE_DEVICES; sleep 600";
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container first = master.allocate(twoGpus);
      Container second = master.allocate(twoGpus);
      for (Container container : List.of(first, second)) {
        master.start(container, docker(IMAGE), show);
      }
      for (Container container : List.of(first, second)) {
        Awaitility.await(container.getId().toString())
            .atMost(Duration.ofSeconds(30))
            .until(() -> output(cluster, container, "stdout.txt").contains("gpus 0,1"));
        master.stop(container);
      }
      // A NodeManager that is asked for GPUs before it has taken these back waits two minutes, in
      // which it can't take them back.
      master.awaitEnd(first);
      master.awaitEnd(second);
    }
  }

  @Test
  void aProcessOpensNoGpuThatItWasNotGiven(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    assumeTrue(DockerRuntime.canPretendGpus(), "no control group 'devices' of version 1");
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container =
          master.allocate(Resource.newInstance(1024, 1, Map.of("yarn.io/gpu", 1L)));
      master.start(
          container,
          Map.of(),
          "(cat /dev/nvidia0; cat /dev/nvidia1) >$LOG_DIRS/stdout.txt 2>&1; true");
      assertEquals(0, master.awaitEnd(container).getExitStatus());
      List<String> said = output(cluster, container, "stdout.txt");
      assertEquals(
          1, said.stream().filter(s -> s.contains("not permitted")).count(), said.toString());
    }
  }

  @Test
  void sharedMemoryIsAsLargeAsHalfTheMachinesWhereItIsMountedAsTmpfs(EmbeddedCluster cluster)
      throws IOException, YarnException, InterruptedException {
    try (UnmanagedMaster master = UnmanagedMaster.start(cluster)) {
      Container container = master.allocate(ONE);
      master.start(
          container,
          docker(IMAGE, "YARN_CONTAINER_RUNTIME_DOCKER_TMPFS_MOUNTS", "/dev/shm"),
          "echo x >/dev/shm/file && df -m /dev/shm | tail -n 1");
      ContainerStatus ended = master.awaitEnd(container);
      assertEquals(0, ended.getExitStatus(), ended.getDiagnostics());
      List<String> output = output(cluster, container, "stdout.txt");
      String[] columns = output.get(output.size() - 1).strip().split(" +", -1);
      // Docker's own is 64 MiB.
      assertTrue(Integer.parseInt(columns[1]) > 64, output.toString());
    }
  }

  @Test
  void aJobOfTheProcessRuntimeRunsThereAsNobody(Jobs jobs)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job(
                "as-nobody",
                jobs.image(
                    "as-nobody",
                    "tree=${SAGEMAKER_BASE_DIR:-/opt/ml}\nid -un > \"$tree/model/user\"\n")));
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode job = jobs.describe("as-nobody");
    assertEquals("Completed", job.path("TrainingJobStatus").asText());
    assertEquals("nobody\n", jobs.contents("out/as-nobody/output/model.tar.gz").get("user"));
  }

  private static Map<String, String> docker(String image, String... variables) {
    Map<String, String> environment = new HashMap<>();
    environment.put("YARN_CONTAINER_RUNTIME_TYPE", "docker");
    environment.put("YARN_CONTAINER_RUNTIME_DOCKER_IMAGE", image);
    environment.put("YARN_CONTAINER_RUNTIME_DOCKER_RUN_OVERRIDE_DISABLE", "true");
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return environment;
  }

  private static void awaitFile(EmbeddedCluster cluster, Container container, String name) {
    Awaitility.await(name)
        .atMost(Duration.ofSeconds(30))
        .until(() -> !output(cluster, container, name).isEmpty());
  }

  private static void awaitDocker(EmbeddedCluster cluster, Container container, boolean there) {
    DockerEngine engine = cluster.docker().orElseThrow();
    Awaitility.await("Docker's container of " + container.getId())
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                engine
                        .run("ps", "--quiet", "--filter", "name=" + container.getId())
                        .output()
                        .isEmpty()
                    != there);
  }

  private static Path applicationDirectory(EmbeddedCluster cluster, Container container)
      throws IOException {
    String application = container.getId().getApplicationAttemptId().getApplicationId().toString();
    try (Stream<Path> all =
        found(cluster.nodesDirectory(), application)
            .filter(path -> path.getParent().endsWith("appcache"))
            .filter(path -> Files.isDirectory(path.resolve("ml")))) {
      return all.findAny().orElseThrow();
    }
  }

  /**
   * The lines of a file in the container's log directory, which is there while logs aren't sent.
   */
  private static List<String> output(EmbeddedCluster cluster, Container container, String name)
      throws IOException {
    try (Stream<Path> files = found(cluster.nodesDirectory(), name)) {
      Path file =
          files
              .filter(path -> path.getParent().endsWith(container.getId().toString()))
              .findAny()
              .orElse(null);
      return file == null ? List.of() : Files.readAllLines(file);
    }
  }

  private static Stream<Path> found(Path below, String name) throws IOException {
    return LivingTree.find(below, path -> path.getFileName().toString().equals(name));
  }
}
