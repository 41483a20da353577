package dev.heddle.client.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobArn;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * Makes the record of a job whose ApplicationMaster has not written one, or not its last one, out
 * of what the staging directory and the ResourceManager know.
 */
final class RecordDraft {
  /** Members of the request that DescribeTrainingJob repeats. */
  private static final List<String> ECHOED =
      List.of(
          "AlgorithmSpecification",
          "RoleArn",
          "HyperParameters",
          "InputDataConfig",
          "OutputDataConfig",
          "ResourceConfig",
          "StoppingCondition",
          "EnableNetworkIsolation",
          "CheckpointConfig",
          "Environment",
          "RetryStrategy");

  private RecordDraft() {}

  /** A job that nothing has run of yet. */
  static JobRecord starting(ObjectNode request, Settings settings, Instant created) {
    ObjectNode json = base(request, settings, created);
    transition(json, "InProgress", "Starting", created, "Starting the training job");
    return new JobRecord(json);
  }

  /** What YARN knows of the job, for a record that has no such member yet. */
  static JobRecord withApplication(JobRecord record, Application application) {
    ObjectNode json = record.json().deepCopy();
    ObjectNode heddle = json.withObjectProperty("Heddle");
    heddle.put("ApplicationId", application.id());
    heddle.put("Queue", application.queue());
    return new JobRecord(json);
  }

  /**
   * The record with the end that its ApplicationMaster could not write any more.
   *
   * @param end {@code Failed} or {@code Stopped}
   * @param reason becomes the FailureReason; empty for none
   */
  static JobRecord ended(JobRecord last, String end, Instant when, String message, String reason) {
    ObjectNode json = last.json().deepCopy();
    ArrayNode transitions = json.withArrayProperty("SecondaryStatusTransitions");
    if (!transitions.isEmpty()) {
      ((ObjectNode) transitions.get(transitions.size() - 1)).put("EndTime", seconds(when));
    }
    transition(json, end, end, when, message);
    if (!reason.isEmpty()) {
      json.put("FailureReason", reason);
    }
    return new JobRecord(json);
  }

  private static ObjectNode base(ObjectNode request, Settings settings, Instant created) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    String name = request.path("TrainingJobName").asText();
    json.put("TrainingJobName", name);
    json.put(
        "TrainingJobArn",
        TrainingJobArn.of(
                settings.require(Setting.S3_REGION), settings.require(Setting.ACCOUNT_ID), name)
            .toString());
    json.putObject("ModelArtifacts").put("S3ModelArtifacts", "");
    for (String member : ECHOED) {
      JsonNode value = request.get(member);
      if (value != null) {
        json.set(member, value);
      }
    }
    if (!json.has("StoppingCondition")) {
      json.putObject("StoppingCondition").put("MaxRuntimeInSeconds", 86_400);
    }
    json.put("CreationTime", seconds(created));
    return json;
  }

  private static void transition(
      ObjectNode json, String status, String secondary, Instant when, String message) {
    json.put("TrainingJobStatus", status);
    json.put("SecondaryStatus", secondary);
    json.put("LastModifiedTime", seconds(when));
    ObjectNode entry = json.withArrayProperty("SecondaryStatusTransitions").addObject();
    entry.put("Status", secondary);
    entry.put("StartTime", seconds(when));
    if (!status.equals("InProgress")) {
      entry.put("EndTime", seconds(when));
    }
    entry.put("StatusMessage", message);
  }

  private static BigDecimal seconds(Instant time) {
    return BigDecimal.valueOf(time.toEpochMilli(), 3);
  }
}
