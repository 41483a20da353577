package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.Credentials;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an algorithm finds in its container, and what it doesn't. */
@ExtendWith(DockerClusterExtension.class)
class ContainerWorldIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Jobs jobs;
  private DockerEngine engine;
  private EmbeddedCluster cluster;
  private Images images;

  @BeforeEach
  void take(Jobs itsJobs, DockerEngine itsEngine, EmbeddedCluster itsCluster) {
    jobs = itsJobs;
    engine = itsEngine;
    cluster = itsCluster;
    images = new Images(engine);
  }

  private void begin(JobFile job, String name) throws IOException, InterruptedException {
    Jobs.Outcome outcome = jobs.submit(job);
    assertEquals(0, outcome.code(), outcome.toString());
    jobs.await(
        name, PATIENCE, described -> described.path("SecondaryStatus").asText().equals("Training"));
  }

  private String log(String name, String host) throws IOException, InterruptedException {
    return jobs.run("logs", name, "--host", host).out();
  }

  private String awaitLog(String name, String host, String words) {
    String[] log = new String[1];
    jobs.await(
        name,
        PATIENCE,
        described -> {
          try {
            log[0] = log(name, host);
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return log[0].contains(words);
        });
    return log[0];
  }

  private static void assertAll(String text, String... words) {
    for (String word : words) {
      assertTrue(text.contains(word), word + " in " + text);
    }
  }

  @Test
  void everyHostFindsTheContractsWorldAndItsLogIsFollowedLive() throws Exception {
    JobFile job =
        jobs.job("world", images.sample("shell"))
            .hosts(3)
            .hyperparameters(Map.of("seconds", "20", "model_kb", "64"))
            .environment(Map.of("NVIDIA_VISIBLE_DEVICES", "all", "WORDS", "a = b, c"))
            .metric("step", "^step=([0-9]+)");
    begin(job, "world");
    for (String host : List.of("algo-1", "algo-2", "algo-3")) {
      String log = awaitLog("world", host, "step=1");
      assertAll(
          log,
          "\"current_host\":\"" + host + "\"",
          "\"hosts\":[\"algo-1\",\"algo-2\",\"algo-3\"]",
          "\"network_interface_name\":\"lo\"",
          "TRAINING_JOB_NAME=world",
          "WORDS=a = b, c",
          "NVIDIA_VISIBLE_DEVICES=void",
          "algo-1 is 127.",
          "algo-2 is 127.",
          "algo-3 is 127.",
          "HOME /home/algorithm yes",
          "tmp /tmp yes",
          "shm /dev/shm yes",
          "base /opt/ml yes",
          "pid 1\n",
          "CapEff:\t0000000000000000");
      assertTrue(sharedMemoryKb(log) > 100_000, "more than Docker's 64 MB: " + log);
      assertFalse(log.contains("leaving with exit code"), "it still runs");
    }
    JsonNode ended = jobs.awaitEnd("world", PATIENCE);
    assertEquals("Completed", ended.path("TrainingJobStatus").asText());
    assertEquals(
        List.of("algo-1.bin", "algo-1.txt", "algo-2.bin", "algo-2.txt", "algo-3.bin", "algo-3.txt"),
        jobs.members("out/world/output/model.tar.gz"));
  }

  /** What df printed. */
  private static long sharedMemoryKb(String log) {
    return log.lines()
        .filter(line -> line.endsWith(" /dev/shm") && !line.contains(" - "))
        .map(line -> line.trim().split("\\s+"))
        .mapToLong(fields -> Long.parseLong(fields[1]))
        .findFirst()
        .orElse(0);
  }

  @Test
  void noSecretAndNothingOfOursCanBeReadFromInside() throws Exception {
    String image =
        images.script(
            "spy",
            """
            env
            cat /proc/[0-9]*/cmdline | tr '\\0' ' '
            command -v java hadoop && echo "ours is on the PATH"
            grep -E ' (/opt/ml|/etc/hosts|/home/algorithm) ' /proc/self/mountinfo
            ls -lR /opt/ml
            echo "has looked around"
            sleep 60 &
            trap 'exit 0' TERM
            wait
            """);
    try {
      // Three hosts on three nodes: one of them is the ApplicationMaster's.
      begin(jobs.job("spy", image).hosts(3), "spy");
      String secret = cluster.s3().secretAccessKey();
      String id = cluster.s3().accessKeyId();
      for (String host : List.of("algo-1", "algo-2", "algo-3")) {
        String log = awaitLog("spy", host, "has looked around");
        assertFalse(log.contains(secret) || log.contains(id), log);
        assertFalse(log.contains("ours is on the PATH"), log);
      }
      Set<Path> seen = new HashSet<>();
      List<String> leaks = new ArrayList<>();
      List<String> containers = engine.containers();
      assertEquals(3, containers.size());
      for (String container : containers) {
        String mounts =
            engine
                .run("inspect", "--format", "{{range .Mounts}}{{.Source}}\n{{end}}", container)
                .output();
        for (String source : mounts.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
          look(Path.of(source), secret, id, seen, leaks);
        }
      }
      assertEquals(List.of(), leaks);
      assertTrue(seen.size() > 30, "files were seen: " + seen);
      assertEquals(0, jobs.run("stop", "spy").code());
      assertEquals("Stopped", jobs.awaitEnd("spy", PATIENCE).path("TrainingJobStatus").asText());
    } finally {
      stopAll(List.of("spy"));
    }
  }

  /** Every file below a mount that the algorithm's user can read. */
  private static void look(
      Path source, String secret, String id, Set<Path> seen, List<String> leaks)
      throws IOException {
    try (Stream<Path> tree = Files.walk(source)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith(".jar") || !readable(file) || !seen.add(file)) {
          continue;
        }
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.contains(secret) || text.contains(id)) {
          leaks.add(file.toString());
        }
        if (text.startsWith("HDTS")) {
          Credentials credentials =
              Credentials.readTokenStorageFile(file.toFile(), new Configuration(false));
          if (credentials.numberOfTokens() + credentials.numberOfSecretKeys() > 0) {
            leaks.add(file + " holds " + credentials.getAllTokens());
          }
        }
      }
    } catch (NoSuchFileException e) {
      // gone meanwhile
    }
  }

  private static boolean readable(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    return attributes.permissions().contains(PosixFilePermission.OTHERS_READ)
        || (attributes.owner().getName().equals(DockerRuntime.USER)
            && attributes.permissions().contains(PosixFilePermission.OWNER_READ));
  }

  @Test
  void withNetworkIsolationThereIsNoRoute() throws Exception {
    String image =
        images.script(
            "isolated",
            """
            echo "routes: $(tail -n +2 /proc/net/route | wc -l)"
            echo "interfaces:" $(awk -F: 'NR > 2 { gsub(/ /, "", $1); print $1 }' /proc/net/dev)
            """);
    JobFile job = jobs.job("isolated", image);
    job.isolated();
    Jobs.Outcome outcome = jobs.submitAndWait(job);
    assertEquals(0, outcome.code(), outcome.toString());
    assertTrue(log("isolated", "algo-1").contains("routes: 0\n"), log("isolated", "algo-1"));
    JobFile two = jobs.job("isolated-2", image).hosts(2);
    two.isolated();
    outcome = jobs.submit(two);
    assertEquals(2, outcome.code(), outcome.toString());
    assertTrue(outcome.err().contains("$.EnableNetworkIsolation: "), outcome.err());
  }

  @Test
  void hostsOfAnIsolatedJobReachEachOtherByNameOnTheNetworkSetApart() throws Exception {
    String image =
        images.script(
            "sealed",
            """
            me=$(sed 's/.*"current_host":"\\([^"]*\\)".*/\\1/' /opt/ml/input/config/resourceconfig.json)
            until getent ahostsv4 algo-1 >/dev/null && getent ahostsv4 algo-2 >/dev/null; do sleep 0.1; done
            exec perl -MIO::Socket::INET -e '
              my $me = shift; $| = 1; $SIG{ALRM} = sub { die "nobody came\\n" }; alarm 60;
              if ($me eq "algo-1") {
                my $s = IO::Socket::INET->new(LocalAddr => $me, LocalPort => 29001, Listen => 1) or die $!;
                my $c = $s->accept; print "heard: ", scalar <$c>;
              } else {
                my $c;
                until ($c = IO::Socket::INET->new(PeerAddr => "algo-1", PeerPort => 29001)) { select undef, undef, undef, 0.1 }
                print $c "hello from $me at ", $c->sockhost, "\\n";
              }' "$me"
            """);
    jobs.put("sealed/a.csv", "1\n");
    JobFile job =
        jobs.job("sealed", image).hosts(2).channel("train", jobs.uri("sealed/"), "FullyReplicated");
    job.isolated();
    Jobs.Outcome outcome =
        jobs.submit(
            job, "--conf", "heddle.docker.isolated-network=" + DockerClusterExtension.SEALED);
    assertEquals(0, outcome.code(), outcome.toString());
    // So long that YARN knows the holders' addresses, which are the nodes'.
    cluster.s3().goAway();
    try {
      jobs.await("sealed", PATIENCE, d -> d.toString().contains("all 2 hosts allocated"));
      Instant held = Instant.now();
      Awaitility.await("some rounds of the NodeManagers' monitors")
          .atMost(PATIENCE)
          .until(() -> Duration.between(held, Instant.now()).toSeconds() > 10);
    } finally {
      cluster.s3().comeBack();
    }
    JsonNode ended = jobs.awaitEnd("sealed", PATIENCE);
    assertEquals("Completed", ended.path("TrainingJobStatus").asText(), ended.toString());
    String log = log("sealed", "algo-1");
    assertTrue(log.contains("heard: hello from algo-2 at 1"), log);
    assertFalse(log.contains("at 127."), log);
  }

  @Test
  void gpusAreHandedOutWithoutOverlapAndAThirdJobWaits() throws Exception {
    Path types =
        jobs.write(
            "gpu-types.json", "{\"ml.one-gpu\": {\"memoryMb\": 1024, \"vcores\": 1, \"gpus\": 1}}");
    String image = images.sample("shell");
    List<String> names = List.of("gpus-1", "gpus-2", "gpus-3");
    try {
      for (String name : names) {
        JobFile job = jobs.job(name, image).hosts(3).hyperparameters(Map.of("seconds", "300"));
        job.instanceType("ml.one-gpu");
        Jobs.Outcome outcome = jobs.submit(job, "--conf", "heddle.instance-types=" + types);
        assertEquals(0, outcome.code(), outcome.toString());
        if (!name.equals("gpus-3")) {
          jobs.await(name, PATIENCE, d -> d.path("SecondaryStatus").asText().equals("Training"));
        }
      }
      // Three nodes with two GPUs each: two jobs of three hosts have them all.
      Set<String> devices = new HashSet<>();
      for (String name : names.subList(0, 2)) {
        for (JsonNode host : jobs.describe(name).path("Heddle").path("Hosts")) {
          String log = awaitLog(name, host.path("Name").asText(), "step=1");
          String visible =
              log.lines()
                  .filter(line -> line.startsWith("NVIDIA_VISIBLE_DEVICES="))
                  .findFirst()
                  .orElse("");
          assertTrue(visible.matches("NVIDIA_VISIBLE_DEVICES=[01]"), visible);
          assertTrue(devices.add(host.path("Node").asText() + " " + visible), "twice: " + visible);
        }
      }
      assertEquals(6, devices.size());
      List<String> commands = commandFiles();
      assertEquals(6, commands.size(), commands.toString());
      for (String command : commands) {
        assertAll(command, "runtime=nvidia", "use-entry-point=true", "launch-command=train");
      }
      assertEquals("Starting", jobs.describe("gpus-3").path("SecondaryStatus").asText());
      assertEquals(0, jobs.run("stop", "gpus-1").code());
      jobs.await("gpus-3", PATIENCE, d -> d.path("SecondaryStatus").asText().equals("Training"));
    } finally {
      stopAll(names);
    }
  }

  /** A test that failed must not leave the nodes occupied. */
  private void stopAll(List<String> names) throws IOException, InterruptedException {
    for (String name : names) {
      jobs.run("stop", name);
    }
    for (String name : names) {
      jobs.awaitEnd(name, PATIENCE);
    }
  }

  /** What the NodeManagers told the executor, of containers that run now. */
  private List<String> commandFiles() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(cluster.directory())) {
      for (Path file :
          tree.filter(p -> p.getFileName().toString().matches("docker\\.container_.*\\.cmd"))
              .toList()) {
        String text = Files.readString(file);
        if (text.contains("docker-command=run")) {
          found.add(text);
        }
      }
    }
    return found;
  }
}
