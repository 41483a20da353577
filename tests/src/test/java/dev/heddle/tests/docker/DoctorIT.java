package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code heddle doctor} is green on a cluster that is as it should be, and red for each fault. */
@ExtendWith(DockerClusterExtension.class)
class DoctorIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** On which nothing listens, so that a machine in a cloud is no worse than another. */
  private static final String NO_SERVICE = "heddle.doctor.metadata-services=127.0.0.1:1";

  private EmbeddedCluster cluster;
  private Jobs jobs;
  private DockerEngine engine;
  private Images images;

  @BeforeEach
  void take(EmbeddedCluster itsCluster, Jobs itsJobs, DockerEngine itsEngine) {
    cluster = itsCluster;
    jobs = itsJobs;
    engine = itsEngine;
    images = new Images(engine);
  }

  private JsonNode doctor(int code, String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--json"));
    arguments.addAll(List.of(options));
    Jobs.Outcome outcome = jobs.run(arguments.toArray(String[]::new));
    assertEquals(code, outcome.code(), outcome.toString());
    assertNothingLeft();
    return JSON.readTree(outcome.out());
  }

  /** From a client that differs from the tests' own. */
  private JsonNode doctorOf(HeddleClient client, String... options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--json"));
    arguments.addAll(List.of(options));
    Path out = Files.createTempFile("doctor", ".json");
    try {
      ProcessBuilder command = client.command(arguments.toArray(String[]::new));
      int code = command.redirectOutput(out.toFile()).start().waitFor();
      String printed = Files.readString(out);
      assertEquals(1, code, printed);
      return JSON.readTree(printed);
    } finally {
      Files.delete(out);
    }
  }

  private HeddleClient client(Path configuration, Map<String, String> more) {
    HeddleClient usual = HeddleClient.of(cluster, Path.of(System.getProperty("heddle.jar")));
    Map<String, String> environment = new HashMap<>(usual.environment());
    environment.putAll(more);
    return new HeddleClient(usual.jar(), configuration, environment);
  }

  /** With a probe in a Docker container. */
  private JsonNode probe(int code, String image, String... options)
      throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of("--output", jobs.uri("doctor"), "--image", image, "--conf", NO_SERVICE));
    all.addAll(List.of(options));
    return doctor(code, all.toArray(String[]::new));
  }

  private void assertNothingLeft() throws IOException {
    assertEquals(List.of(), cluster.s3().keys("tests", "doctor/"), "objects");
    try (Stream<Path> staged = Files.list(cluster.staging())) {
      assertEquals(
          List.of(), staged.filter(path -> path.toString().contains("doctor")).toList(), "staging");
    }
  }

  /** The one that is there is the fault that was planted, and its remedy names what to change. */
  private static void assertOnly(JsonNode findings, String status, String check, String... words) {
    List<JsonNode> wrong = new ArrayList<>();
    for (JsonNode each : findings.path("findings")) {
      if (each.path("status").asText().matches("warning|fault")) {
        wrong.add(each);
      }
    }
    assertEquals(1, wrong.size(), findings.toPrettyString());
    assertEquals(check, wrong.get(0).path("check").asText(), findings.toPrettyString());
    assertEquals(status, wrong.get(0).path("status").asText(), findings.toPrettyString());
    for (String word : words) {
      assertTrue(wrong.get(0).path("remedies").toString().contains(word), wrong.get(0).toString());
    }
  }

  @Test
  void aClusterThatIsAsItShouldBeIsGreen() throws Exception {
    String gpus = DockerRuntime.canPretendGpus() ? "1" : "0";
    JsonNode findings = probe(0, images.sample("shell"), "--hosts", "2", "--gpus", gpus);
    assertTrue(findings.path("healthy").asBoolean());
    for (JsonNode each : findings.path("findings")) {
      assertEquals("ok", each.path("status").asText(), each.toString());
    }
    String all = findings.toString();
    for (String check :
        List.of("node-settings", "s3-from-node", "metadata-service", "log-aggregation", "clocks")) {
      assertTrue(all.contains("\"" + check + "\""), check + " in " + all);
    }
  }

  @Test
  void aProbeWithoutAnImageIsAProcess() throws Exception {
    JsonNode findings = doctor(0, "--output", jobs.uri("doctor"), "--conf", NO_SERVICE);
    assertTrue(findings.toString().contains("an algorithm ran"), findings.toPrettyString());
  }

  @Test
  void aMetadataServiceWithinReachOfAlgorithmsIsAWarning() throws Exception {
    String image = images.sample("shell");
    // In a container, because the nodes' loopback is the engine's.
    DockerEngine.Outcome started =
        engine.run(
            "run",
            "--detach",
            "--network=host",
            "--entrypoint=perl",
            image,
            "-MIO::Socket::INET",
            "-e",
            "my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1:8169', Listen => 9) or die;"
                + " while (my $c = $s->accept) { <$c>; print $c \"HTTP/1.0 200 OK\\r\\n\\r\\n\" }");
    assertEquals(0, started.code(), started.output());
    try {
      JsonNode findings =
          probe(1, image, "--conf", "heddle.doctor.metadata-services=127.0.0.1:1,127.0.0.1:8169");
      assertOnly(findings, "warning", "metadata-service", "iptables", "heddle.docker.network");
      assertTrue(findings.toString().contains("reaches 127.0.0.1:8169:"), findings.toString());
    } finally {
      engine.run("rm", "--force", started.output().strip());
    }
  }

  @Test
  void mountsThatAreNotAllowed() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.allowed.rw-mounts=", "/nowhere")) {
      assertOnly(
          probe(1, image),
          "fault",
          "docker-mounts",
          "container-executor.cfg",
          "docker.allowed.rw-mounts",
          "yarn.nodemanager.local-dirs");
    }
  }

  @Test
  void aNetworkThatTheExecutorDoesNotAllow() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.allowed.networks=", "none")) {
      assertOnly(
          probe(1, image), "fault", "docker-network", "add 'host' to docker.allowed.networks");
    }
  }

  @Test
  void aNetworkThatTheNodeManagersDoNotAllow() throws Exception {
    assertOnly(
        probe(1, images.sample("shell"), "--conf", "heddle.docker.network=blue"),
        "fault",
        "docker-network",
        "yarn-site.xml",
        "allowed-container-networks = what is there, and 'blue'");
  }

  @Test
  void aRegistryThatIsNotTrusted() throws Exception {
    images.tag(images.sample("shell"), "other/shell");
    assertOnly(
        probe(1, "other/shell"), "fault", "docker-trust", "'other' to docker.trusted.registries");
  }

  @Test
  void anImageThatIsNotThere() throws Exception {
    assertOnly(probe(1, "local/nothing:7"), "fault", "docker-image", "docker pull local/nothing:7");
  }

  @Test
  void dockerThatIsOffInTheExecutor() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "[docker]\n  module.enabled=", "false")) {
      assertOnly(
          probe(1, image), "fault", "docker-runtime", "below [docker]", "module.enabled=true");
    }
  }

  @Test
  void aUserWhomTheNodesRefuse() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "min.user.id=", "100000")) {
      assertOnly(
          probe(1, image), "fault", "container-user", "min.user.id", "nonsecure-mode.local-user");
    }
  }

  @Test
  void aGpuModuleThatIsOff() throws Exception {
    assumeTrue(DockerRuntime.canPretendGpus(), "no GPUs can be pretended here");
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "[gpu]\n  module.enabled=", "false")) {
      assertOnly(probe(1, image), "fault", "container-executor", "module.enabled=true below [gpu]");
    }
  }

  @Test
  void gpusWhoseRuntimeTheExecutorDoesNotAllow() throws Exception {
    assumeTrue(DockerRuntime.canPretendGpus(), "no GPUs can be pretended here");
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.allowed.runtimes=", "other")) {
      assertOnly(
          probe(1, image, "--gpus", "1"), "fault", "docker-gpus", "docker.allowed.runtimes=nvidia");
    }
  }

  @Test
  void endsThatYarnTellsLate() throws Exception {
    String image = images.sample("shell");
    try (var rules = ExecutorRules.change(engine, "docker.inspect.max.retries=", "8")) {
      assertOnly(probe(1, image), "warning", "container-end", "docker.inspect.max.retries=1");
    }
  }

  @Test
  void aJavaThatTheNodesDoNotHave() throws Exception {
    assertOnly(
        probe(1, images.sample("shell"), "--conf", "heddle.java.home=/opt/no-java"),
        "fault",
        "java",
        "heddle.java.home");
  }

  @Test
  void aQueueThatIsNotThere() throws Exception {
    assertOnly(
        doctor(1, "--queue", "nowhere"), "fault", "queue", "yarn.scheduler.capacity.root.queues");
  }

  @Test
  void anAgentThatIsLargerThanAnyContainerMayBe() throws Exception {
    assertOnly(
        doctor(1, "--conf", "heddle.agent.memory-mb=100000"),
        "fault",
        "limits",
        "yarn.scheduler.maximum-allocation-mb",
        "heddle.agent.memory-mb");
  }

  @Test
  void aBucketThatIsNotThere() throws Exception {
    assertOnly(
        doctor(1, "--output", "s3://no-such-bucket/doctor"),
        "fault",
        "s3-from-here",
        "make the bucket 'no-such-bucket'");
  }

  @Test
  void aStagingDirectoryThatCannotBe() throws Exception {
    Path file = jobs.write("no-directory", "a file");
    assertOnly(
        doctor(1, "--conf", "heddle.staging-dir=" + file.resolve("staging").toUri()),
        "fault",
        "staging",
        "heddle.staging-dir");
  }

  @Test
  void logsThatNobodyBringsTogether(@TempDir Path other) throws Exception {
    try (Stream<Path> files = Files.list(cluster.configurationDirectory())) {
      for (Path file : files.toList()) {
        String text = Files.readString(file);
        Files.writeString(
            other.resolve(file.getFileName()),
            text.replaceAll("(<name>yarn.log-aggregation-enable</name><value>)true", "$1false"));
      }
    }
    assertOnly(
        doctorOf(client(other, Map.of())),
        "fault",
        "log-aggregation",
        "yarn-site.xml",
        "yarn.log-aggregation-enable = true");
  }

  @Test
  void anS3ServerThatTheNodesDoNotFind(@TempDir Path directory) throws Exception {
    String name = "s3.of.the.client.alone";
    String self = InetAddress.getLocalHost().getHostName();
    Path hosts =
        Files.writeString(
            directory.resolve("hosts"),
            "127.0.0.1 localhost " + name + "\n127.0.0.1 " + self + "\n");
    HeddleClient client =
        client(
            cluster.configurationDirectory(),
            Map.of("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts));
    JsonNode findings =
        doctorOf(
            client,
            "--output",
            jobs.uri("doctor"),
            "--image",
            images.sample("shell"),
            "--conf",
            "heddle.s3.endpoint=http://" + name + ":" + cluster.s3().endpoint().getPort(),
            "--conf",
            "heddle.s3.retry-for=2s");
    assertOnly(findings, "fault", "s3-from-node", "heddle.s3.endpoint");
    assertNothingLeft();
  }
}
