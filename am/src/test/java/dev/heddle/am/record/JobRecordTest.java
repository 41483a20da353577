package dev.heddle.am.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.am.supervisor.HostView;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.am.supervisor.Transition;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.TreeSize;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobRecordTest {
  private static final Instant CREATED = Instant.ofEpochMilli(1_700_000_000_500L);
  private static final JsonNode REQUEST =
      Json.read(
          """
          {"TrainingJobName": "Fraud-17", "Tags": [{"Key": "a", "Value": "b"}],
           "HyperParameters": {"lr": "0.1"}, "RoleArn": "r",
           "OutputDataConfig": {"S3OutputPath": "s3://b/out"}}
          """);

  private final JobRecord record =
      new JobRecord(
          REQUEST, "arn", "application_1_1", "default", CREATED, "s3://b/out/m", id -> "its-" + id);

  private static HostView host(String name, double accuracy) {
    return new HostView(
        name,
        "node:1",
        "container",
        1,
        AgentPhase.EXITED,
        new Progress(10, 20, 30, List.of(), Optional.empty()),
        Optional.of(new AlgorithmExit(3, false, "", "", false, TreeSize.EMPTY, TreeSize.EMPTY)),
        List.of(new MetricValue("acc", accuracy, CREATED.plusSeconds(9))),
        false,
        true);
  }

  private static JobView failed() {
    return new JobView(
        TrainingJobStatus.FAILED,
        SecondaryStatus.FAILED,
        List.of(),
        List.of(),
        List.of(
            new Transition(SecondaryStatus.STARTING, CREATED, "Starting"),
            new Transition(SecondaryStatus.TRAINING, CREATED.plusSeconds(10), "Training"),
            new Transition(SecondaryStatus.FAILED, CREATED.plusSeconds(70), "why")),
        "AlgorithmError: why",
        Optional.of(CREATED.plusSeconds(10)),
        Optional.of(CREATED.plusSeconds(69)),
        false,
        List.of("a note"),
        List.of(host("algo-1", 0.5), host("algo-2", 0.75)));
  }

  @Test
  void aFailedJobIsToldInTheShapeOfDescribeTrainingJob() {
    JsonNode json = record.toJson(failed(), CREATED.plusSeconds(71));
    assertEquals("Fraud-17", json.path("TrainingJobName").asText());
    assertEquals("Failed", json.path("TrainingJobStatus").asText());
    assertEquals("Failed", json.path("SecondaryStatus").asText());
    assertEquals("AlgorithmError: why", json.path("FailureReason").asText());
    assertEquals("0.1", json.path("HyperParameters").path("lr").asText());
    assertEquals("s3://b/out", json.path("OutputDataConfig").path("S3OutputPath").asText());
    assertFalse(json.has("Tags"), "tags are not part of DescribeTrainingJob");
    assertEquals(1_700_000_000.5, json.path("CreationTime").asDouble());
    assertTrue(json.toString().contains("\"CreationTime\":1700000000.500"), "no exponent: " + json);
    assertEquals(60, json.path("TrainingTimeInSeconds").asInt());
    assertEquals(86_400, json.path("StoppingCondition").path("MaxRuntimeInSeconds").asInt());
  }

  @Test
  void eachTransitionEndsWhereTheNextStarts() {
    JsonNode steps = record.toJson(failed(), CREATED).path("SecondaryStatusTransitions");
    assertEquals(3, steps.size());
    assertEquals(
        steps.get(1).path("StartTime").asDouble(), steps.get(0).path("EndTime").asDouble());
    assertEquals("Training", steps.get(1).path("Status").asText());
    assertTrue(steps.get(2).has("StatusMessage"));
  }

  @Test
  void theOpenTransitionOfARunningJobHasNoEnd() {
    JobView running =
        new JobView(
            TrainingJobStatus.IN_PROGRESS,
            SecondaryStatus.STARTING,
            List.of(),
            List.of(),
            List.of(new Transition(SecondaryStatus.STARTING, CREATED, "Starting")),
            "",
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            List.of());
    JsonNode json = record.toJson(running, CREATED);
    assertFalse(json.path("SecondaryStatusTransitions").get(0).has("EndTime"));
    assertFalse(json.has("TrainingStartTime"));
    assertFalse(json.has("FailureReason"));
    assertTrue(json.has("LastModifiedTime"));
  }

  @Test
  void oneHostsLastValueOfAMetricIsTheFinalOne() {
    JsonNode metrics = record.toJson(failed(), CREATED).path("FinalMetricDataList");
    assertEquals(1, metrics.size());
    assertEquals("acc", metrics.get(0).path("MetricName").asText());
    assertEquals(0.5, metrics.get(0).path("Value").asDouble());
  }

  @Test
  void eachHostIsToldWithItsOwnFigures() {
    JsonNode hosts = record.toJson(failed(), CREATED).path("Heddle").path("Hosts");
    assertEquals("its-container", hosts.get(0).path("Container").asText());
    assertEquals("algo-2", hosts.get(1).path("Name").asText());
    assertEquals(3, hosts.get(1).path("ExitCode").asInt());
    assertEquals(0.75, hosts.get(1).path("Metrics").path("acc").asDouble());
  }
}
