package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What YARN's own daemons may do while a job trains: go and come back. The daemons are real, in one
 * JVM; what they keep on disk is there, too, but for a NodeManager's state, which Hadoop keeps in a
 * LevelDB that its mini cluster lacks.
 */
@ExtendWith(RestartsClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartsIT extends StepsJobs {
  /** So slow that it still trains when all is as it was. */
  private static final Map<String, String> SLOW =
      Map.of("step_millis", Integer.toString(4 * STEP_MILLIS));

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
}
