package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** All hosts or none, on three nodes that take one host each. */
@ExtendWith(ClusterExtension.class)
class GangIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void anAllocationThatStaysPartialIsReleasedAndRetried(Jobs jobs) throws Exception {
    try (Gate gate = new Gate(jobs.scratch("gang-gate"))) {
      assertEquals(
          0,
          jobs.submit(jobs.job("gang-first", jobs.image("gang-first", gate.script())).hosts(2))
              .code());
      Awaitility.await("the first job holds two nodes").atMost(PATIENCE).until(gate::reached);
      assertEquals(
          0,
          jobs.submit(
                  jobs.job("gang-second", jobs.image("gang-second", "exit 0\n")).hosts(2),
                  "--conf",
                  "heddle.gang.timeout=2s",
                  "--conf",
                  "heddle.gang.backoff.min=500ms",
                  "--conf",
                  "heddle.gang.backoff.max=2s")
              .code());
      JsonNode waiting =
          jobs.await(
              "gang-second",
              PATIENCE,
              job -> job.path("Heddle").path("Notes").toString().contains("gave them back"));
      assertTrue(
          waiting.path("Heddle").path("Notes").toString().contains("only 1 of 2 hosts"),
          waiting.toString());
      assertEquals("Pending", waiting.path("SecondaryStatus").asText());
      assertEquals("InProgress", jobs.describe("gang-first").path("TrainingJobStatus").asText());
      gate.open();
      assertEquals(
          "Completed", jobs.awaitEnd("gang-first", PATIENCE).path("TrainingJobStatus").asText());
      assertEquals(
          "Completed", jobs.awaitEnd("gang-second", PATIENCE).path("TrainingJobStatus").asText());
    }
  }

  @Test
  void moreHostsThanNodesIsACapacityErrorThatSaysBothNumbers(Jobs jobs) throws Exception {
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job("gang-of-four", jobs.image("gang-of-four", "exit 0\n")).hosts(4));
    assertEquals(1, outcome.code(), outcome.toString());
    String reason = jobs.describe("gang-of-four").path("FailureReason").asText();
    assertTrue(reason.startsWith("CapacityError: "), reason);
    assertTrue(reason.contains("4 hosts") && reason.contains("3 nodes"), reason);
  }

  @Test
  void aHostThatFitsNoNodeIsRefusedAtSubmission(Jobs jobs) throws Exception {
    var job = jobs.job("gang-too-large", jobs.image("gang-too-large", "exit 0\n"));
    job.json().withObject("/ResourceConfig").put("InstanceType", "ml.m5.24xlarge");
    Jobs.Outcome outcome = jobs.submit(job);
    assertEquals(2, outcome.code(), outcome.toString());
    assertEquals(2, jobs.run("describe", "gang-too-large").code(), "nothing was submitted");
  }
}
