package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.steps.StepsRun;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What jobs lose whose hosts are processes. */
@ExtendWith(RelaunchClusterExtension.class)
class RelaunchIT extends StepsLosses {
  /** Slow enough for a worker to come back before all is done. */
  private static final Map<String, String> ELASTIC =
      Map.of("tolerate", "true", "step_millis", Integer.toString(2 * STEP_MILLIS));

  RelaunchIT() {
    super(SAMPLE, RelaunchClusterExtension.HOSTS);
  }

  @Test
  @Order(10)
  void anAlgorithmThatIsKilledWhileS3IsAway() throws Exception {
    StepsJob job = begin("s3-away-kill");
    int saved = job.saved();
    cluster().s3().goAway();
    try {
      job.signalAlgorithm(VICTIM, "KILL");
      jobs()
          .await(
              job.name(),
              Duration.ofMinutes(1),
              described -> history(described).contains("Restarting"));
    } finally {
      cluster().s3().comeBack();
    }
    assertRelaunched(job, "KILLED");
    assertTrue(job.runs().from(2).get(0) >= saved, "nothing that was saved is lost");
  }

  @Test
  @Order(11)
  void whereHostsMayLeaveAndJoinTheLostOneAloneComesBack() throws Exception {
    StepsJob job = submit("elastic-host", ELASTIC, "heddle.fault.policy=host");
    job.awaitTraining();
    job.signalAgent(VICTIM, "KILL");
    job.awaitCompletion();
    job.assertSteps(STEPS);
    StepsRuns runs = job.runs();
    assertEquals(RelaunchClusterExtension.HOSTS, runs.hosts(1));
    assertEquals(
        List.of(VICTIM),
        runs.all().stream().filter(run -> run.attempt() > 1).map(StepsRun::host).toList());
  }

  @Test
  @Order(12)
  void whereOneHostMayBeMissingNobodyIsStartedAgain() throws Exception {
    StepsJob job = submit("elastic-tolerates", ELASTIC, "heddle.fault.policy=tolerate:34%");
    job.awaitTraining();
    job.signalAgent(VICTIM, "KILL");
    job.awaitCompletion();
    job.assertSteps(STEPS);
    assertEquals(1, job.runs().attempts());
  }

  @Test
  @Order(LAST + 1)
  void twoJobsOfWhichEachLosesAHostWhenOneNodeIsFree() throws Exception {
    for (int attempt = 1; ; attempt++) {
      StepsJob one = beginPair("two-one-" + attempt);
      StepsJob other = beginPair("two-other-" + attempt);
      Set<String> masters = new HashSet<>(List.of(one.masterNode(), other.masterNode()));
      Optional<String> ones = one.nodes().stream().filter(n -> !masters.contains(n)).findFirst();
      Optional<String> others =
          other.nodes().stream().filter(n -> !masters.contains(n)).findFirst();
      if (ones.isEmpty() || others.isEmpty()) {
        // Masters lie where the scheduler likes; this pair must go on until it ends.
        assertTrue(attempt < 5, "no pair of jobs lies as it should");
        jobs().run("stop", one.name());
        jobs().run("stop", other.name());
        one.awaitEnd();
        other.awaitEnd();
        continue;
      }
      one.awaitSaved();
      other.awaitSaved();
      cluster().stopNode(ones.get());
      cluster().stopNode(others.get());
      for (StepsJob job : List.of(one, other)) {
        JsonNode ended = job.awaitCompletion();
        assertModel(job);
        assertTrue(history(ended).contains("Restarting"), history(ended).toString());
      }
      return;
    }
  }

  /** A job of two hosts that gives what it can't use back soon. */
  private StepsJob beginPair(String name) throws IOException, InterruptedException {
    StepsJob job =
        submit(
            name,
            2,
            Map.of("step_millis", Integer.toString(3 * STEP_MILLIS)),
            "heddle.gang.timeout=10s",
            "heddle.gang.backoff.min=1s",
            "heddle.gang.backoff.max=5s");
    job.awaitTraining();
    return job;
  }
}
