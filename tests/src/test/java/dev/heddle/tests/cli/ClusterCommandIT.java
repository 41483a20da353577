package dev.heddle.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.ClusterCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private final ClusterCommands commands = new ClusterCommands();

  @AfterEach
  void end() throws InterruptedException {
    commands.endAll();
  }

  @Test
  void stdoutIsAShellScriptAndTermLeavesNothing()
      throws IOException, InterruptedException, YarnException {
    Process cluster = commands.start("--nodes", "1");
    Map<String, String> exports = ClusterCommands.exports(cluster);
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
    Process killed = commands.start("--nodes", "1", "--dir", temp.toString());
    long container = startContainer(ClusterCommands.exports(killed));
    killed.destroyForcibly().waitFor();
    assertTrue(alive(container), "the test needs an orphan");
    Process next = commands.start("--nodes=1", "--dir", temp.toString());
    ClusterCommands.exports(next);
    assertFalse(alive(container));
  }

  @Test
  void aTakenDirectoryIsRefusedWithExit4() throws IOException, InterruptedException {
    ClusterCommands.exports(commands.start("--nodes", "1", "--dir", temp.toString()));
    Process second = commands.start("--dir", temp.toString());
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
      Process command = commands.start(wrong);
      assertTrue(command.waitFor(60, TimeUnit.SECONDS));
      assertEquals(2, command.exitValue());
    }
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
