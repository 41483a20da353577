package dev.heddle.tests.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.bench.DistributedShell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedClusterIT {
  @TempDir private Path temp;

  @Test
  void itsConfigurationLeadsAnotherProcessThereAndNothingOutlivesIt()
      throws IOException, InterruptedException, YarnException {
    EmbeddedCluster cluster =
        EmbeddedCluster.start(
            new EmbeddedCluster.Options(Optional.of(temp.resolve("cluster")), 3, Map.of()));
    try {
      threeNodesHaveRoomForOneHostEach(cluster);
      noKeyIsWhereContainersRead(cluster);
      anApplicationOfAnotherProcessRunsToItsEnd(cluster);
      anApplicationStillRuns(cluster);
      aStoppedNodeIsGoneAndAnotherTakesItsPlace(cluster);
    } finally {
      cluster.close();
    }
    assertEquals(List.of(), cluster.containerProcesses());
    assertFalse(Files.exists(cluster.nodesDirectory()));
    assertFalse(Files.exists(cluster.configurationDirectory()));
  }

  private static void threeNodesHaveRoomForOneHostEach(EmbeddedCluster cluster)
      throws IOException, YarnException {
    Configuration written = new Configuration(false);
    written.addResource(
        new org.apache.hadoop.fs.Path(
            cluster.configurationDirectory().resolve("yarn-site.xml").toUri()));
    try (YarnClient client = YarnClient.createYarnClient()) {
      client.init(new YarnConfiguration(written));
      client.start();
      List<NodeReport> nodes = client.getNodeReports(NodeState.RUNNING);
      assertEquals(3, nodes.size());
      long host = 9216; // 8192 of ml.m5.large and 512 of the agent, in steps of 1024
      for (NodeReport node : nodes) {
        long memory = node.getCapability().getMemorySize();
        assertTrue(memory >= host + 3 * 1024 && memory < 2 * host, "memory " + memory);
      }
      assertEquals(3, nodes.stream().map(node -> node.getNodeId().toString()).distinct().count());
    }
  }

  private static void noKeyIsWhereContainersRead(EmbeddedCluster cluster) throws IOException {
    try (Stream<Path> files = Files.walk(cluster.nodesDirectory())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains(cluster.s3().secretAccessKey()), file.toString());
      }
    }
    String client = Files.readString(cluster.configurationDirectory().resolve("core-site.xml"));
    assertTrue(client.contains(cluster.s3().secretAccessKey()));
  }

  private void anApplicationOfAnotherProcessRunsToItsEnd(EmbeddedCluster cluster)
      throws IOException, InterruptedException {
    Path sign = temp.resolve("sign");
    Process client = shell(cluster, "first", "sh -c 'echo $JAVA_HOME>>" + sign + "'").start();
    assertEquals(0, client.waitFor());
    assertEquals(
        List.of(System.getProperty("java.home"), System.getProperty("java.home")),
        Files.readAllLines(sign));
    Awaitility.await("log aggregation")
        .atMost(Duration.ofSeconds(30))
        .until(() -> hasFiles(cluster.aggregatedLogs()));
  }

  private void anApplicationStillRuns(EmbeddedCluster cluster)
      throws IOException, InterruptedException {
    Path sign = temp.resolve("running");
    Process client = shell(cluster, "second", "sh -c 'echo>" + sign + ";sleep 600'").start();
    Awaitility.await("the second application")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(sign));
    client.destroyForcibly().waitFor();
    // The master's JVM, two sleeping containers, and the shells around them.
    assertTrue(cluster.containerProcesses().size() >= 3);
  }

  private static void aStoppedNodeIsGoneAndAnotherTakesItsPlace(EmbeddedCluster cluster)
      throws IOException, InterruptedException, YarnException {
    try (YarnClient client = YarnClient.createYarnClient()) {
      client.init(cluster.configuration());
      client.start();
      String node = client.getNodeReports(NodeState.RUNNING).get(0).getNodeId().toString();
      cluster.stopNode(node);
      Awaitility.await("two nodes left")
          .atMost(Duration.ofSeconds(30))
          .until(() -> client.getNodeReports(NodeState.RUNNING).size() == 2);
      assertThrows(IllegalArgumentException.class, () -> cluster.stopNode("elsewhere:1"));
      String next = cluster.startNode(node);
      assertNotEquals(node, next);
      assertEquals(
          Set.copyOf(cluster.nodes()),
          client.getNodeReports(NodeState.RUNNING).stream()
              .map(report -> report.getNodeId().toString())
              .collect(Collectors.toSet()));
      assertTrue(cluster.nodes().contains(next));
      // What was started later can be stopped, too, and once more started.
      cluster.stopNode(next);
      cluster.startNode(next);
    }
  }

  private ProcessBuilder shell(EmbeddedCluster cluster, String name, String command)
      throws IOException {
    return new DistributedShell(cluster, temp.resolve(name), command, 2, Optional.empty())
        .client(1)
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve(name + ".log").toFile());
  }

  private static boolean hasFiles(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      return files.anyMatch(Files::isRegularFile);
    }
  }
}
