package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The S3 secret is in memory, and nowhere else, while an algorithm runs. */
@ExtendWith(ClusterExtension.class)
class SecretsIT {

  @Test
  void theSecretKeyIsNowhereAnAlgorithmOrAPersonCouldRead(Jobs jobs, EmbeddedCluster cluster)
      throws Exception {
    try (Gate gate = new Gate(jobs.scratch("secret-gate"))) {
      jobs.put("secret/in/a.csv", "1\n");
      String script = "env; cat /proc/*/environ 2>/dev/null | tr '\\\\0' '\\\\n'\n" + gate.script();
      Jobs.Outcome submitted =
          jobs.submit(
              jobs.job("secret", jobs.image("secret", script))
                  .hosts(2)
                  .channel("train", jobs.uri("secret/in/"), "FullyReplicated"));
      assertEquals(0, submitted.code(), submitted.toString());
      Awaitility.await("the algorithm runs").atMost(Duration.ofMinutes(2)).until(gate::reached);
      String secret = cluster.s3().secretAccessKey();

      List<String> places = new ArrayList<>();
      int processes = 0;
      for (Processes.Found process : Processes.matching(line -> true)) {
        Path proc = Path.of("/proc/" + process.pid());
        processes++;
        if (process.commandLine().contains(secret)) {
          places.add("command line of " + process.commandLine());
        }
        if (process.pid() != ProcessHandle.current().pid()
            && Processes.text(proc.resolve("environ")).contains(secret)) {
          places.add("environment of " + process.commandLine());
        }
      }
      assertTrue(processes > 5, "processes were seen");
      int files = 0;
      for (Path file : filesOfApplications(cluster)) {
        files++;
        if (contains(file, secret)) {
          places.add(file.toString());
        }
      }
      assertTrue(files > 20, "the applications' files were seen: " + files);
      String told =
          jobs.run("describe", "secret", "--json").out() + jobs.run("logs", "secret").out();
      assertTrue(told.contains("TRAINING_JOB_NAME=secret"), "the environment was printed");
      assertFalse(told.contains(secret), "describe or logs tell the secret");
      assertEquals(List.of(), places);
      assertEquals(
          List.of(),
          filesOfApplications(cluster).stream()
              .filter(file -> file.getFileName().toString().contains("container_tokens"))
              .filter(file -> file.toString().contains("appcache"))
              .filter(file -> !file.getFileName().toString().endsWith(".crc"))
              .toList(),
          "token files are unlinked before an algorithm starts");

      gate.open();
      jobs.awaitEnd("secret", Duration.ofMinutes(2));
    }
  }

  /** What lies in the nodes' local and log directories, and in the staging directory. */
  private static List<Path> filesOfApplications(EmbeddedCluster cluster) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path root : List.of(cluster.nodesDirectory(), cluster.directory().resolve("staging"))) {
      try (Stream<Path> walk = Files.walk(root)) {
        // The NodeManager's own directory holds the master's tokens. Only LinuxContainerExecutor
        // closes it to algorithms; see conf/README.md.
        walk.filter(Files::isRegularFile)
            .filter(file -> !file.toString().contains("/nmPrivate/"))
            .filter(file -> !file.toString().endsWith(".jar"))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static boolean contains(Path file, String text) throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (java.nio.file.NoSuchFileException e) {
      return false; // gone meanwhile
    }
  }
}
