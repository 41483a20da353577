package dev.heddle.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.embedded.ClassPath;
import dev.heddle.tests.embedded.JavaCommand;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.yarn.api.ApplicationConstants;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCommandIT {
  @TempDir private Path temp;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      process.waitFor();
    }
  }

  @Test
  void stdoutIsAShellScriptAndTermLeavesNothing()
      throws IOException, InterruptedException, YarnException {
    Process cluster = start("--nodes", "1");
    Map<String, String> exports = exports(cluster);
    assertEquals(
        Set.of(
            "HADOOP_CONF_DIR",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
            "HEDDLE_BUCKET"),
        exports.keySet());
    Path directory = Path.of(exports.get("HADOOP_CONF_DIR")).getParent();
    long container = startContainer(exports);
    cluster.destroy();
    assertTrue(cluster.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, cluster.exitValue());
    assertFalse(Files.exists(directory), directory.toString());
    assertFalse(alive(container));
  }

  @Test
  void afterAKillTheNextOneInTheSameDirectoryEndsWhatWasLeft()
      throws IOException, InterruptedException, YarnException {
    Process killed = start("--nodes", "1", "--dir", temp.toString());
    long container = startContainer(exports(killed));
    killed.destroyForcibly().waitFor();
    assertTrue(alive(container), "the test needs an orphan");
    Process next = start("--nodes=1", "--dir", temp.toString());
    exports(next);
    assertFalse(alive(container));
  }

  @Test
  void aTakenDirectoryIsRefusedWithExit4() throws IOException, InterruptedException {
    exports(start("--nodes", "1", "--dir", temp.toString()));
    Process second = start("--dir", temp.toString());
    assertTrue(second.waitFor(60, TimeUnit.SECONDS));
    assertEquals(4, second.exitValue());
  }

  @Test
  void wrongUsageIsExit2() throws IOException, InterruptedException {
    for (String[] wrong :
        new String[][] {
          {"--nodes", "0"},
          {"--node", "3"},
          {"--dir"},
          {"--dir", "a b"},
          {"--gpus-per-node", "2"},
          {"--docker", "--gpus-per-node", "9"},
          {"--docker=yes"}
        }) {
      Process command = start(wrong);
      assertTrue(command.waitFor(60, TimeUnit.SECONDS));
      assertEquals(2, command.exitValue());
    }
  }

  private Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(JavaCommand.quickStart());
    line.addAll(
        List.of(
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "-cp",
            String.join(File.pathSeparator, ClassPath.entries()),
            ClusterCommand.class.getName()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    started.add(process);
    return process;
  }

  /** Reads up to the line {@code # ready}. */
  private static Map<String, String> exports(Process cluster) throws IOException {
    Map<String, String> exports = new LinkedHashMap<>();
    BufferedReader lines = cluster.inputReader();
    for (String line = lines.readLine(); !"# ready".equals(line); line = lines.readLine()) {
      assertTrue(line != null && line.startsWith("export "), line);
      String[] parts = line.substring("export ".length()).split("=", 2);
      exports.put(parts[0], parts[1]);
    }
    return exports;
  }

  /** Starts an application whose only container sleeps; returns the sleeping process's id. */
  private long startContainer(Map<String, String> exports) throws IOException, YarnException {
    YarnConfiguration conf = new YarnConfiguration();
    for (String file : List.of("core-site.xml", "yarn-site.xml")) {
      conf.addResource(new org.apache.hadoop.fs.Path(exports.get("HADOOP_CONF_DIR") + "/" + file));
    }
    Path sign = temp.resolve("pid");
    try (YarnClient client = YarnClient.createYarnClient()) {
      client.init(conf);
      client.start();
      ApplicationSubmissionContext context =
          client.createApplication().getApplicationSubmissionContext();
      context.setApplicationName("sleeper");
      context.setResource(Resource.newInstance(1024, 1));
      String command =
          "echo $$ > "
              + sign
              + ".new; mv "
              + sign
              + ".new "
              + sign
              + "; exec sleep 600 1>"
              + ApplicationConstants.LOG_DIR_EXPANSION_VAR
              + "/out";
      context.setAMContainerSpec(
          ContainerLaunchContext.newInstance(
              Map.of(), Map.of(), List.of(command), Map.of(), null, Map.of()));
      client.submitApplication(context);
      Awaitility.await("the container")
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.exists(sign));
    }
    return Long.parseLong(Files.readString(sign).trim());
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }
}
