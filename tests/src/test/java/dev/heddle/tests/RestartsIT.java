package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.embedded.JobFile;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What YARN's own daemons may do while a job trains: go and come back, be cut off from each other,
 * and change the keys of their tokens. The daemons are real, in one JVM; what they keep on disk is
 * there, too, but for a NodeManager's state, which Hadoop keeps in a LevelDB that its mini cluster
 * lacks.
 */
@ExtendWith(RestartsClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartsIT extends StepsJobs {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So slow that it still trains when all is as it was. */
  private static final Map<String, String> SLOW = pace(2);

  /** A host that says nothing is given up soon. */
  private static final String[] SHORT_LEASE = {
    "heddle.agent.heartbeat=500ms", "heddle.agent.suspect-after=1s", "heddle.agent.lease=4s"
  };

  private static Map<String, String> pace(int times) {
    return Map.of("step_millis", Integer.toString(times * STEP_MILLIS));
  }

  RestartsIT() {
    super(SAMPLE, RestartsClusterExtension.HOSTS);
  }

  @Test
  @Order(1)
  void aResourceManagerThatIsRestartedIsNotNoticedByTheTraining() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job = submitAndWait("restart-manager", SLOW, waiting);
    job.awaitTraining();
    cluster().stopResourceManager();
    cluster().startResourceManager();
    job.awaitRegistered();
    assertNotNoticed(job);
    assertEquals(0, waiting.get(1, TimeUnit.MINUTES).code(), "who waited all the time");
  }

  @Test
  @Order(2)
  void nodeManagersThatAreRestartedAreNotNoticedByTheTraining() throws Exception {
    StepsJob job = submit("restart-nodes", SLOW);
    job.awaitTraining();
    for (String node : cluster().nodes()) {
      cluster().restartNode(node);
    }
    assertNotNoticed(job);
  }

  @Test
  @Order(3)
  void aHostThatFailsAfterItsNodeManagerWasRestarted() throws Exception {
    StepsJob job = submit("restart-node-kill", SLOW);
    job.awaitSaved();
    for (String node : job.nodes()) {
      cluster().restartNode(node);
    }
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job, "KILLED");
  }

  @Test
  @Order(4)
  void aHostThatFailsWhileTheResourceManagerIsAway() throws Exception {
    StepsJob job = submit("restart-manager-kill", SLOW);
    job.awaitSaved();
    cluster().stopResourceManager();
    job.signalAgent(VICTIM, "KILL");
    cluster().startResourceManager();
    assertRelaunched(job, "KILLED");
  }

  @Test
  @Order(5)
  void aHostThatFailsRightAfterTheResourceManagerWasRestarted() throws Exception {
    StepsJob job = submit("restarted-manager-kill", SLOW);
    job.awaitSaved();
    cluster().stopResourceManager();
    cluster().startResourceManager();
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job, "KILLED");
  }

  @Test
  @Order(6)
  void aResourceManagerThatIsAwayIsWaitedFor() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job = submitAndWait("manager-away", pace(5), waiting);
    job.awaitTraining();
    cluster().stopResourceManager();
    try {
      // Each client is patient for 20 s, which is beyond an RPC client's own tries.
      JobFile other = SAMPLE.job("too-soon", jobs().uri("out")).hosts(hosts());
      Jobs.Outcome refused = jobs().submit(other);
      assertEquals(4, refused.code(), refused.toString());
      assertTrue(
          refused.err().contains("the cluster can't be reached: no ResourceManager answers at "),
          refused.toString());
      JsonNode seen = jobs().describe(job.name());
      assertEquals("InProgress", seen.path("TrainingJobStatus").asText(), seen.toPrettyString());
    } finally {
      cluster().startResourceManager();
    }
    job.awaitRegistered();
    assertNotNoticed(job);
    assertEquals(0, waiting.get(1, TimeUnit.MINUTES).code(), "who waited all the time");
  }

  @Test
  @Order(7)
  void aJobThatEndsWhileTheResourceManagerIsAwayHasEnded() throws Exception {
    CompletableFuture<Jobs.Outcome> waiting = new CompletableFuture<>();
    StepsJob job = submitAndWait("end-alone", Map.of(), waiting);
    job.awaitTraining();
    cluster().stopResourceManager();
    try {
      assertEquals(0, waiting.get(2, TimeUnit.MINUTES).code(), "who waited all the time");
    } finally {
      cluster().startResourceManager();
    }
    job.awaitUnregistered();
    assertNotNoticed(job);
  }

  @Test
  @Order(8)
  void aNodeOfWhichTheResourceManagerHearsNothingForTooLong() throws Exception {
    StepsJob job = submit("node-cut-off", SLOW);
    job.awaitSaved();
    String node = nodesWithoutMasters(job).iterator().next();
    String host = job.hostOn(node);
    cluster().cutOff(node);
    job.awaitAttempt(2);
    cluster().reconnect(node);
    job.awaitOneAgent(host);
    assertRelaunched(job, "NODE_LOST");
  }

  @Test
  @Order(9)
  void aHostIsReplacedAfterTheKeysOfAllTokensHaveChanged() throws Exception {
    // For as long as all keys take to change twice.
    StepsJob job = submit("new-keys", pace(8));
    job.awaitSaved();
    awaitNewKeys();
    awaitNewKeys();
    // Else connections stay that were made with the first tokens.
    cluster().stopResourceManager();
    cluster().startResourceManager();
    job.awaitRegistered();
    job.signalAgent(VICTIM, "KILL");
    assertRelaunched(job, "KILLED");
  }

  private void awaitNewKeys() {
    List<Integer> before = cluster().masterKeys();
    Awaitility.await("new keys")
        .atMost(PATIENCE)
        .until(() -> Collections.disjoint(before, cluster().masterKeys()));
  }

  @Test
  @Order(10)
  void aNodeThatIsLostWhileTheResourceManagerIsAway() throws Exception {
    StepsJob job = submit("lose-node", SLOW, SHORT_LEASE);
    job.awaitSaved();
    String node = nodesWithoutMasters(job).iterator().next();
    cluster().stopResourceManager();
    cluster().cutOff(node);
    cluster().stopNode(node);
    cluster().startResourceManager();
    assertRelaunched(job, "NODE_LOST");
  }
}
