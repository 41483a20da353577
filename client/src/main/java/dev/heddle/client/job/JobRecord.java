package dev.heddle.client.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job's record: the shape of SageMaker's DescribeTrainingJob response, plus the member {@code
 * Heddle} with what only YARN users need.
 *
 * @param json never changed
 */
public record JobRecord(ObjectNode json) {

  /**
   * @param end empty while the job is in this status
   */
  public record Transition(String status, Instant start, Optional<Instant> end, String message) {}

  /** The last value of a metric definition. */
  public record Metric(String name, double value) {}

  /**
   * A Pipe channel on one host as it flows.
   *
   * @param epoch the epoch that flows or is waited for
   * @param algorithmWaited seconds that the algorithm waited for data, in all epochs
   * @param feederWaited seconds that data waited for the algorithm, in all epochs
   */
  public record Pipe(
      String channel,
      int epoch,
      long objects,
      long totalBytes,
      long bytesPerSecond,
      double algorithmWaited,
      double feederWaited) {}

  /**
   * One host as it stands.
   *
   * @param phase the agent's phase
   * @param suspect whether its agent has been silent for a while
   * @param bytesInTotal 0 while unknown
   * @param exitCode empty before the algorithm has ended
   */
  public record Host(
      String name,
      String node,
      String container,
      String phase,
      boolean suspect,
      long bytesIn,
      long bytesInTotal,
      long bytesOut,
      Optional<Integer> exitCode,
      Map<String, Double> metrics,
      List<Pipe> pipes,
      Optional<Checkpoints> checkpoints) {}

  /**
   * How far one host's checkpoints are in S3.
   *
   * @param lagSeconds the age of the oldest change that is not there yet; 0 for none
   * @param trouble what hinders it; empty for nothing
   */
  public record Checkpoints(
      long files, long bytes, long pendingFiles, double lagSeconds, String trouble) {}

  /**
   * One attempt.
   *
   * @param start empty when its algorithms were never started
   * @param end empty while it goes on
   * @param cause what ended it; empty while it goes on and when it ended well
   */
  public record Attempt(
      int number,
      Optional<Instant> start,
      Optional<Instant> end,
      String cause,
      String host,
      String node,
      String detail) {}

  public String name() {
    return json.path("TrainingJobName").asText();
  }

  /** {@code InProgress}, {@code Stopping}, {@code Completed}, {@code Failed} or {@code Stopped}. */
  public String status() {
    return json.path("TrainingJobStatus").asText();
  }

  public String secondaryStatus() {
    return json.path("SecondaryStatus").asText();
  }

  public boolean ended() {
    return switch (status()) {
      case "Completed", "Failed", "Stopped" -> true;
      default -> false;
    };
  }

  public Optional<String> failureReason() {
    return text(json, "FailureReason");
  }

  /** Where the model is, or will be; empty when the job ended without one. */
  public Optional<String> model() {
    if (ended() && !json.path("Heddle").path("ModelUploaded").asBoolean(true)) {
      return Optional.empty();
    }
    return text(json.path("ModelArtifacts"), "S3ModelArtifacts");
  }

  public Optional<Instant> created() {
    return time(json, "CreationTime");
  }

  /** When the job came to its end; empty before. */
  public Optional<Instant> endTime() {
    if (!ended()) {
      return Optional.empty();
    }
    List<Transition> all = transitions();
    return all.isEmpty()
        ? time(json, "LastModifiedTime")
        : Optional.of(all.get(all.size() - 1).start());
  }

  public List<Transition> transitions() {
    List<Transition> all = new ArrayList<>();
    for (JsonNode each : json.path("SecondaryStatusTransitions")) {
      all.add(
          new Transition(
              each.path("Status").asText(),
              time(each, "StartTime").orElse(Instant.EPOCH),
              time(each, "EndTime"),
              each.path("StatusMessage").asText("")));
    }
    return all;
  }

  public List<Metric> metrics() {
    List<Metric> all = new ArrayList<>();
    for (JsonNode each : json.path("FinalMetricDataList")) {
      all.add(new Metric(each.path("MetricName").asText(), each.path("Value").asDouble()));
    }
    return all;
  }

  public List<Host> hosts() {
    List<Host> all = new ArrayList<>();
    for (JsonNode each : json.path("Heddle").path("Hosts")) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      each.path("Metrics")
          .properties()
          .forEach(metric -> metrics.put(metric.getKey(), metric.getValue().asDouble()));
      all.add(
          new Host(
              each.path("Name").asText(),
              each.path("Node").asText(""),
              each.path("Container").asText(""),
              each.path("Phase").asText(""),
              each.path("Suspect").asBoolean(),
              each.path("BytesIn").asLong(),
              each.path("BytesInTotal").asLong(),
              each.path("BytesOut").asLong(),
              each.path("ExitCode").isInt()
                  ? Optional.of(each.path("ExitCode").asInt())
                  : Optional.empty(),
              metrics,
              pipes(each),
              checkpoints(each.path("Checkpoints"))));
    }
    return all;
  }

  private static List<Pipe> pipes(JsonNode host) {
    List<Pipe> all = new ArrayList<>();
    for (JsonNode each : host.path("Pipes")) {
      all.add(
          new Pipe(
              each.path("ChannelName").asText(),
              each.path("Epoch").asInt(),
              each.path("Objects").asLong(),
              each.path("TotalBytes").asLong(),
              each.path("BytesPerSecond").asLong(),
              each.path("AlgorithmWaitedSeconds").asDouble(),
              each.path("FeederWaitedSeconds").asDouble()));
    }
    return all;
  }

  private static Optional<Checkpoints> checkpoints(JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new Checkpoints(
                json.path("Files").asLong(),
                json.path("Bytes").asLong(),
                json.path("PendingFiles").asLong(),
                json.path("LagSeconds").asDouble(),
                json.path("Trouble").asText("")))
        : Optional.empty();
  }

  /** The current or last one at the end; empty in a record that knows none. */
  public List<Attempt> attempts() {
    List<Attempt> all = new ArrayList<>();
    for (JsonNode each : json.path("Heddle").path("Attempts")) {
      all.add(
          new Attempt(
              each.path("Number").asInt(),
              time(each, "StartTime"),
              time(each, "EndTime"),
              each.path("Cause").asText(""),
              each.path("Host").asText(""),
              each.path("Node").asText(""),
              each.path("Detail").asText("")));
    }
    return all;
  }

  public List<String> notes() {
    List<String> all = new ArrayList<>();
    json.path("Heddle").path("Notes").forEach(note -> all.add(note.asText()));
    return all;
  }

  public Optional<String> applicationId() {
    return text(json.path("Heddle"), "ApplicationId");
  }

  public Optional<String> queue() {
    return text(json.path("Heddle"), "Queue");
  }

  /** Hadoop's version where the ApplicationMaster runs. */
  public Optional<String> hadoopVersion() {
    return text(json.path("Heddle"), "HadoopVersion");
  }

  /** Java's version there. */
  public Optional<String> javaVersion() {
    return text(json.path("Heddle"), "JavaVersion");
  }

  public int attempt() {
    return json.path("Heddle").path("Attempt").asInt(1);
  }

  /** How many hosts of which types the request asked for, such as {@code 3 x ml.m5.large}. */
  public String resources() {
    JsonNode resources = json.path("ResourceConfig");
    List<String> parts = new ArrayList<>();
    for (JsonNode group : resources.path("InstanceGroups")) {
      parts.add(resource(group));
    }
    return parts.isEmpty() ? resource(resources) : String.join(", ", parts);
  }

  private static String resource(JsonNode json) {
    return json.path("InstanceCount").asInt() + " x " + json.path("InstanceType").asText("?");
  }

  private static Optional<String> text(JsonNode json, String member) {
    return Optional.ofNullable(json.get(member))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .filter(text -> !text.isEmpty());
  }

  private static Optional<Instant> time(JsonNode json, String member) {
    JsonNode seconds = json.get(member);
    if (seconds == null || !seconds.isNumber()) {
      return Optional.empty();
    }
    BigDecimal millis = seconds.decimalValue().movePointRight(3);
    return Optional.of(Instant.ofEpochMilli(millis.longValue()));
  }
}
