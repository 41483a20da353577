package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.embedded.JobFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two queues that take from each other. */
@ExtendWith(ClusterExtension.class)
class PreemptionIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Counts up, keeps the count, and goes on from it. */
  private static String counter(Gate gate) {
    return """
        host=$(sed 's/.*"current_host": *"\\([^"]*\\)".*/\\1/' /opt/ml/input/config/resourceconfig.json)
        kept=/opt/ml/checkpoints/$host
        n=$(cat $kept 2>/dev/null || echo 0)
        echo "attempt $HEDDLE_ATTEMPT from $n"
        trap 'exit 143' TERM
        echo here > %1$s/arrived.$host.$HEDDLE_ATTEMPT
        while [ -d %1$s ] && [ ! -e %1$s/open ]; do
          n=$((n+1)); echo $n > $kept.tmp; mv $kept.tmp $kept; sleep 0.2
        done
        echo $n > /opt/ml/model/$host
        """
        .formatted(gate.directory());
  }

  @Test
  void aPreemptedJobResumesFromItsCheckpointsAndItsRetriesAreUntouched(Jobs jobs) throws Exception {
    try (Gate first = new Gate(jobs.scratch("preempted-gate"));
        Gate urgent = new Gate(jobs.scratch("urgent-gate"))) {
      JobFile job = jobs.job("preempted", jobs.image("preempted", counter(first))).hosts(3);
      job.json().putObject("CheckpointConfig").put("S3Uri", jobs.uri("preempted-checkpoints"));
      job.json().putObject("RetryStrategy").put("MaximumRetryAttempts", 1);
      assertEquals(
          0,
          jobs.submit(
                  job,
                  "--conf",
                  "heddle.gang.timeout=3s",
                  "--conf",
                  "heddle.gang.backoff.min=500ms",
                  "--conf",
                  "heddle.gang.backoff.max=2s")
              .code());
      jobs.awaitKeys("preempted-checkpoints/", 3);
      JobFile other = jobs.job("urgent", jobs.image("urgent", urgent.script()));
      assertEquals(0, jobs.submit(other, "--queue", "urgent").code());
      Awaitility.await("the urgent job runs").atMost(PATIENCE).until(urgent::reached);
      JsonNode waiting =
          jobs.await(
              "preempted", PATIENCE, j -> j.path("SecondaryStatus").asText().equals("Pending"));
      assertEquals(
          "PREEMPTED", waiting.at("/Heddle/Attempts/0/Cause").asText(), waiting.toString());
      urgent.open();
      assertEquals(
          "Completed", jobs.awaitEnd("urgent", PATIENCE).path("TrainingJobStatus").asText());
      Awaitility.await("all hosts run again")
          .atMost(PATIENCE)
          .until(() -> first.reached("algo-1.2") && first.reached("algo-3.2"));
      first.open();
      JsonNode end = jobs.awaitEnd("preempted", PATIENCE);
      assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toString());
      String log = jobs.run("logs", "preempted", "--host", "algo-1").out();
      assertTrue(log.contains("attempt 2 from "), log);
      int resumed = Integer.parseInt(log.replaceAll("(?s).*attempt 2 from (\\d+).*", "$1"));
      assertTrue(resumed > 0, log);
      int kept =
          Integer.parseInt(
              new String(
                      jobs.object(jobs.uri("preempted-checkpoints/algo-1")), StandardCharsets.UTF_8)
                  .strip());
      assertTrue(kept >= resumed, "S3 has the last count, " + kept);
    }
  }
}
