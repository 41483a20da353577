package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.client.cluster.Cluster.Member;
import dev.heddle.client.cluster.Cluster.Queue;
import dev.heddle.client.cluster.Cluster.Stage;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final String OUTPUT = "s3://bucket/doctor";
  private static final String CONTAINER = "container_1_0001_01_000002";

  @TempDir Path directory;
  private FakeWorld world;

  /** The lines KEY=VALUE that the probe writes on its host. */
  private String report =
      "time=%d\nuid=99\nmounted=yes\nwritable=yes\ninterfaces=eth0 lo \nshm_kb=65536\ngpus=void\n"
              .formatted(FakeCluster.START.plusSeconds(11).getEpochSecond())
          + "metadata=not-reached 169.254.169.254 80\nmetadata=not-reached fd00:ec2::254 80\n"
          + "ended=%d\ndone=yes\n".formatted(FakeCluster.START.plusSeconds(12).getEpochSecond());

  private String hadoopVersion = VersionInfo.getVersion();
  private Instant ended = FakeCluster.START.plusSeconds(13);

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.writable = true;
  }

  private JsonNode examine(int code, String... more) {
    String[] args = new String[2 + more.length];
    args[0] = "doctor";
    args[1] = "--json";
    System.arraycopy(more, 0, args, 2, more.length);
    assertEquals(code, world.run(args), () -> world.out() + world.err());
    JsonNode json = Json.read(world.out());
    assertEquals(code == 0, json.path("healthy").asBoolean());
    return json;
  }

  private JsonNode probe(int code, String... more) {
    String[] args = new String[4 + more.length];
    args[0] = "--output";
    args[1] = OUTPUT;
    args[2] = "--image";
    args[3] = "local/shell";
    System.arraycopy(more, 0, args, 4, more.length);
    return examine(code, args);
  }

  private static void assertFinding(
      JsonNode findings, String check, String status, String... words) {
    for (JsonNode each : findings.path("findings")) {
      if (each.path("check").asText().equals(check)
          && each.path("status").asText().equals(status)) {
        for (String word : words) {
          assertTrue(each.toString().contains(word), word + " in " + each);
        }
        return;
      }
    }
    throw new AssertionError("no " + status + " of " + check + " in " + findings.toPrettyString());
  }

  /** The probe's job ends so, as soon as the client waits for it. */
  private void probeEnds(String status, String reason) {
    world.duringPause =
        pauses -> {
          String name = world.cluster.submitted.get(0).getApplicationName();
          String id = world.cluster.submitted.get(0).getApplicationId().toString();
          try {
            world.record(
                name,
                """
                {"TrainingJobName": "%s", "TrainingJobStatus": "%s", "SecondaryStatus": "%s",
                 "FailureReason": "%s",
                 "SecondaryStatusTransitions": [{"Status": "Uploading", "StartTime": %d}],
                 "Heddle": {"HadoopVersion": "%s", "JavaVersion": "17.0.1",
                 "Hosts": [{"Name": "algo-1", "Node": "node-1", "Container": "%s"}]}}
                """
                    .formatted(
                        name,
                        status,
                        status,
                        reason,
                        ended.getEpochSecond(),
                        hadoopVersion,
                        CONTAINER));
            world.store.with(
                OUTPUT + "/" + name + "/output/model.tar.gz", archive("algo-1.txt", report));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          world.cluster.put(FakeCluster.application(id, name, Stage.FINISHED, ""));
        };
  }

  private static byte[] archive(String name, String text) throws IOException {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return out.toByteArray();
  }

  @Test
  void aSoundClusterIsHealthyAndSaysWhatWasNotLookedAt() {
    JsonNode findings = examine(0);
    assertFinding(findings, "resource-manager", "ok");
    assertFinding(findings, "queue", "ok");
    assertFinding(findings, "limits", "ok", "16384 MiB");
    assertFinding(findings, "docker", "skipped", "--image");
    assertEquals(List.of(), world.cluster.submitted);
  }

  @Test
  void aProbeThatFindsAllWellIsHealthyAndLeavesNothing() throws Exception {
    probeEnds("Completed", "");
    world.archive.put(CONTAINER + "/stdout.txt", "heddle-doctor done=yes");
    JsonNode findings = probe(0);
    for (String check :
        List.of("versions", "s3-from-here", "s3-from-node", "docker", "clocks", "container-end")) {
      assertFinding(findings, check, "ok");
    }
    assertFinding(findings, "docker", "ok", "user 99", "eth0", "64 MiB");
    assertFinding(findings, "metadata-service", "ok", "169.254.169.254, [fd00:ec2::254]");
    assertFinding(findings, "log-aggregation", "ok");
    assertEquals(Set.of(), world.store.keys(), "objects");
    String name = world.cluster.submitted.get(0).getApplicationName();
    assertFalse(Files.exists(world.staging(name)), "the staging directory");
  }

  @Test
  void whatTheProbeFindsAmissIsAWarningWithItsRemedy() {
    report =
        report
            .replace("not-reached 169", "reached 169")
            .replaceFirst("time=\\d+", "time=" + Instant.EPOCH.plusSeconds(9).getEpochSecond());
    hadoopVersion = "2.9.1";
    ended = FakeCluster.START.plusSeconds(43);
    probeEnds("Completed", "");
    JsonNode findings = probe(1);
    assertFinding(
        findings, "metadata-service", "warning", "reaches 169.254.169.254", "iptables", "node-1");
    assertFinding(findings, "clocks", "warning", "NTP");
    assertFinding(findings, "versions", "warning", "2.9.1");
    assertFinding(
        findings, "container-end", "warning", "31 s late", "docker.inspect.max.retries=1");
    assertFinding(findings, "log-aggregation", "fault", "remote-app-log-dir");
  }

  @Test
  void aProbeThatFailsNamesItsRemedyAndWhatWasNotReached() {
    probeEnds(
        "Failed",
        "ClientError: The nodes don't allow the mounts of a training job: have the administrator"
            + " name them in docker.allowed.rw-mounts");
    JsonNode findings = probe(1);
    assertFinding(findings, "docker-mounts", "fault", "container-executor.cfg", "local-dirs");
    assertFinding(findings, "metadata-service", "skipped");
    assertEquals(Set.of(), world.store.keys(), "objects");
  }

  @Test
  void aProbeWithoutRoomIsTakenBackAfterItsTime() {
    JsonNode findings = probe(1, "--timeout", "7");
    assertFinding(findings, "room", "fault", "still Starting after 7 s", "--timeout");
    assertEquals(1, world.cluster.killed.size());
    assertEquals(Set.of(), world.store.keys(), "objects");
  }

  @Test
  void aGpuThatTheContainerDoesNotSeeIsAFault() {
    world.cluster.nodes =
        List.of(
            new dev.heddle.client.cluster.Cluster.Node(
                "node-1:1", new dev.heddle.client.cluster.Cluster.Size(16384, 4, 2), Set.of()));
    world.cluster.resourceTypes = Set.of("memory-mb", "vcores", "yarn.io/gpu");
    probeEnds("Completed", "");
    JsonNode findings = probe(1, "--gpus", "1");
    assertFinding(findings, "gpus", "ok", "2 GPUs on 1 node");
    assertFinding(findings, "docker-gpus", "fault", "docker.allowed.runtimes=nvidia");
  }

  @Test
  void aClusterWithoutGpusIsAFaultOnlyForWhoWantsThem() {
    assertFinding(examine(0), "gpus", "ok", "none");
    JsonNode findings = probe(1, "--gpus", "1");
    assertFinding(findings, "gpus", "fault", "resource-types.xml", "resource-plugins");
    assertFinding(findings, "docker", "skipped");
  }

  @Test
  void aQueueThatTakesNoJobIsNamedWithTheSchedulersProperty() {
    assertFinding(examine(1, "--queue", "x"), "queue", "fault", "no queue 'x'", "root.queues");
    world.cluster.queues = Map.of("default", new Queue("default", false, true));
    assertFinding(examine(1), "queue", "fault", "is stopped", "root.default.state = RUNNING");
    world.cluster.queues = Map.of("default", new Queue("default", true, false));
    assertFinding(examine(1), "queue", "fault", "only holds other queues", "heddle.queue");
    world.cluster.queues = Map.of("default", new Queue("default", true, true));
    world.cluster.closedQueues = Set.of("default");
    assertFinding(examine(1), "queue", "fault", "may not submit", "acl_submit_applications");
  }

  @Test
  void nodesThatAreAwayOrUnhealthyAreTold() {
    world.cluster.members =
        List.of(new Member("node-2:1", "node-2:8042", "UNHEALTHY", "1/1 local-dirs are bad"));
    assertFinding(examine(1), "nodes", "warning", "1/1 local-dirs are bad", "disk-health-checker");
    world.cluster.members =
        List.of(
            new Member(
                "node-2:1",
                "node-2:8042",
                "UNHEALTHY",
                "Linux Container Executor reached unrecoverable exception"));
    assertFinding(examine(1), "container-executor", "fault", "owned by root", "4750");
    world.cluster.nodes = List.of();
    assertFinding(examine(1), "nodes", "fault", "no node is running");
  }

  @Test
  void limitsThatNoMasterFitsAreTold() {
    JsonNode findings = examine(1, "--conf", "heddle.agent.memory-mb=20000");
    assertFinding(findings, "limits", "fault", "20000 MiB", "yarn.scheduler.maximum-allocation-mb");
  }

  @Test
  void aResourceManagerThatIsAwayIsAFaultAndNothingElseIsAsked() {
    world.cluster.away = true;
    JsonNode findings = probe(1);
    assertFinding(findings, "resource-manager", "fault", "HADOOP_CONF_DIR");
    assertFinding(findings, "docker", "skipped");
  }

  @Test
  void settingsOfNodesThatHarmJobsAreNamedWithTheNodes() {
    world.cluster.members =
        List.of(
            new Member("node-1:1", "node-1:8042", "RUNNING", ""),
            new Member("node-2:1", "node-2:8042", "RUNNING", ""),
            new Member("node-3:1", "node-3:8042", "RUNNING", ""));
    Map<String, String> good =
        Map.of(
            "yarn.log-aggregation-enable", "true",
            "yarn.nodemanager.vmem-check-enabled", "false",
            "yarn.nodemanager.resource.memory.enforced", "false",
            "yarn.nodemanager.container-executor.class", "a.b.LinuxContainerExecutor",
            "yarn.nodemanager.runtime.linux.allowed-runtimes", "default,docker",
            "yarn.nodemanager.runtime.linux.docker.allowed-container-networks", "host,none");
    world.nodeSettings.put("node-1:8042", good);
    world.nodeSettings.put("node-2:8042", good);
    assertFinding(examine(0), "node-settings", "ok", "2 nodes; 1 would not tell");

    Map<String, String> bad = new java.util.HashMap<>(good);
    bad.put("yarn.nodemanager.vmem-check-enabled", "true");
    bad.put("yarn.nodemanager.runtime.linux.docker.allowed-container-networks", "none");
    world.nodeSettings.put("node-2:8042", bad);
    JsonNode findings = examine(1);
    assertFinding(
        findings, "memory-limits", "warning", "yarn-site.xml of node-2:1", "vmem-check-enabled");
    assertFinding(findings, "docker-network", "fault", "'host'", "allowed-container-networks");

    world.nodeSettings.clear();
    assertFinding(examine(0), "node-settings", "skipped", "401");
  }

  @Test
  void aStoreThatRefusesIsToldAndNoProbeRuns() {
    world.store.fail(OUTPUT, Kind.ACCESS_DENIED);
    JsonNode findings = probe(1);
    assertFinding(findings, "s3-from-here", "fault", "s3:PutObject");
    assertEquals(List.of(), world.cluster.submitted);
  }

  @Test
  void logsThatAreNotKeptAreToldThoughTheProbeRuns() {
    world.archiveKept = false;
    probeEnds("Completed", "");
    JsonNode findings = probe(1);
    assertFinding(findings, "log-aggregation", "fault", "yarn.log-aggregation-enable = true");
    assertFinding(findings, "docker", "ok");
  }

  @Test
  void aWrongSettingEndsTheExaminationThere() {
    assertFinding(
        examine(1, "--conf", "heddle.doctor.metadata-services=$(reboot)"),
        "settings",
        "fault",
        "heddle.doctor.metadata-services");
  }

  @Test
  void peopleSeeALineForEachFindingAndEachRemedy() {
    assertEquals(1, world.run("doctor", "--queue", "x"));
    assertTrue(
        world.out().contains("FAULT    queue              there is no queue 'x'"), world::out);
    assertTrue(world.out().contains("change:"), world::out);
    assertTrue(world.out().strip().endsWith("1 fault, 5 skipped"), world::out);
  }

  @Test
  void optionsOfTheProbeWithoutItsPlaceAreRefused() {
    assertEquals(2, world.run("doctor", "--image", "local/shell"));
    assertTrue(world.err().contains("--output"), world::err);
    assertEquals(2, world.run("doctor", "--output", OUTPUT, "--hosts", "0"));
    assertTrue(world.err().contains("1 to 1000"), world::err);
  }
}
