package dev.heddle.am.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.supervisor.Attempt;
import dev.heddle.am.supervisor.HostView;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.am.supervisor.Transition;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.ChannelFlow;
import dev.heddle.containerlauncher.protocol.CheckpointSync;
import dev.heddle.containerlauncher.protocol.MetricValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.hadoop.util.VersionInfo;

/**
 * A job in the shape of the SageMaker API's DescribeTrainingJob response, with one member more,
 * {@code Heddle}, for what only a YARN job has. Times are epoch seconds with a fraction.
 */
public final class JobRecord {
  /** Members of a CreateTrainingJob request that DescribeTrainingJob doesn't repeat. */
  private static final List<String> NOT_ECHOED = List.of("Tags", "TrainingJobName");

  private final JsonNode request;
  private final String arn;
  private final String applicationId;
  private final String queue;
  private final Instant created;
  private final String modelUri;
  private final UnaryOperator<String> containers;

  /**
   * @param request the CreateTrainingJob request
   * @param modelUri where the model is, or would be
   * @param containers the container in which an allocation's algorithm runs, or ran, whose log it
   *     is
   */
  public JobRecord(
      JsonNode request,
      String arn,
      String applicationId,
      String queue,
      Instant created,
      String modelUri,
      UnaryOperator<String> containers) {
    this.request = request;
    this.arn = arn;
    this.applicationId = applicationId;
    this.queue = queue;
    this.created = created;
    this.modelUri = modelUri;
    this.containers = containers;
  }

  /** The record of the job as it stands. */
  public ObjectNode toJson(JobView view, Instant now) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.set("TrainingJobName", request.path("TrainingJobName"));
    json.put("TrainingJobArn", arn);
    json.putObject("ModelArtifacts").put("S3ModelArtifacts", modelUri);
    json.put("TrainingJobStatus", view.status().wireName());
    json.put("SecondaryStatus", view.secondary().wireName());
    if (!view.failureReason().isEmpty()) {
      json.put("FailureReason", view.failureReason());
    }
    request
        .properties()
        .forEach(
            member -> {
              if (!NOT_ECHOED.contains(member.getKey())) {
                json.set(member.getKey(), member.getValue());
              }
            });
    if (!json.has("StoppingCondition")) {
      json.putObject("StoppingCondition").put("MaxRuntimeInSeconds", 86_400);
    }
    json.put("CreationTime", seconds(created));
    view.trainingStart().ifPresent(start -> json.put("TrainingStartTime", seconds(start)));
    List<Transition> transitions = view.transitions();
    Transition last = transitions.get(transitions.size() - 1);
    if (view.status().isTerminal() && view.trainingStart().isPresent()) {
      Instant end = last.start();
      json.put("TrainingEndTime", seconds(end));
      long spent = Math.max(1, Duration.between(view.trainingStart().get(), end).toSeconds());
      json.put("TrainingTimeInSeconds", spent);
      json.put("BillableTimeInSeconds", spent);
    }
    json.put("LastModifiedTime", seconds(last.start()));
    putTransitions(json.putArray("SecondaryStatusTransitions"), view);
    putMetrics(json.putArray("FinalMetricDataList"), view.hosts());
    putHeddle(json.putObject("Heddle"), view, now);
    return json;
  }

  private static void putTransitions(ArrayNode array, JobView view) {
    List<Transition> transitions = view.transitions();
    for (int i = 0; i < transitions.size(); i++) {
      Transition transition = transitions.get(i);
      ObjectNode entry = array.addObject();
      entry.put("Status", transition.status().wireName());
      entry.put("StartTime", seconds(transition.start()));
      if (i + 1 < transitions.size()) {
        entry.put("EndTime", seconds(transitions.get(i + 1).start()));
      } else if (view.status().isTerminal()) {
        entry.put("EndTime", seconds(transition.start()));
      }
      entry.put("StatusMessage", transition.message());
    }
  }

  /** The last value of each metric, of the first host that has emitted it. */
  private static void putMetrics(ArrayNode array, List<HostView> hosts) {
    Map<String, MetricValue> chosen = new LinkedHashMap<>();
    for (HostView host : hosts) {
      host.metrics().forEach(metric -> chosen.putIfAbsent(metric.name(), metric));
    }
    for (MetricValue metric : chosen.values()) {
      ObjectNode entry = array.addObject();
      entry.put("MetricName", metric.name());
      entry.put("Value", metric.value());
      entry.put("Timestamp", seconds(metric.time()));
    }
  }

  private void putHeddle(ObjectNode json, JobView view, Instant now) {
    json.put("ApplicationId", applicationId);
    json.put("Queue", queue);
    json.put("Attempt", view.attempt());
    json.put("ModelUploaded", view.modelUploaded());
    json.put("WrittenAt", seconds(now));
    json.put("HadoopVersion", VersionInfo.getVersion());
    json.put("JavaVersion", Runtime.version().toString());
    ArrayNode notes = json.putArray("Notes");
    view.notes().forEach(notes::add);
    putAttempts(json.putArray("Attempts"), view.attempts());
    ArrayNode hosts = json.putArray("Hosts");
    for (HostView host : view.hosts()) {
      ObjectNode entry = hosts.addObject();
      entry.put("Name", host.name());
      entry.put("Node", host.node());
      entry.put("Container", containers.apply(host.container()));
      entry.put("Phase", host.phase().name());
      entry.put("Suspect", host.suspect());
      entry.put("BytesIn", host.progress().bytesIn());
      entry.put("BytesInTotal", host.progress().bytesInTotal());
      entry.put("BytesOut", host.progress().bytesOut());
      entry.put("Attempt", host.attempt());
      putFlows(entry, host.progress().flows());
      host.progress().checkpoints().ifPresent(sync -> putCheckpoints(entry, sync));
      host.exit().ifPresent(exit -> entry.put("ExitCode", exit.code()));
      ObjectNode metrics = entry.putObject("Metrics");
      host.metrics().forEach(metric -> metrics.put(metric.name(), metric.value()));
    }
  }

  private static void putAttempts(ArrayNode array, List<Attempt> attempts) {
    for (Attempt attempt : attempts) {
      ObjectNode entry = array.addObject();
      entry.put("Number", attempt.number());
      attempt.start().ifPresent(start -> entry.put("StartTime", seconds(start)));
      attempt.end().ifPresent(end -> entry.put("EndTime", seconds(end)));
      attempt
          .cause()
          .ifPresent(
              cause -> {
                entry.put("Cause", cause.name());
                entry.put("Host", attempt.host());
                entry.put("Node", attempt.node());
                entry.put("Detail", attempt.detail());
              });
    }
  }

  private static void putCheckpoints(ObjectNode host, CheckpointSync sync) {
    ObjectNode entry = host.putObject("Checkpoints");
    entry.put("Files", sync.files());
    entry.put("Bytes", sync.bytes());
    entry.put("PendingFiles", sync.pending());
    entry.put("LagSeconds", BigDecimal.valueOf(sync.lagMillis(), 3));
    if (!sync.trouble().isEmpty()) {
      entry.put("Trouble", sync.trouble());
    }
  }

  private static void putFlows(ObjectNode host, List<ChannelFlow> flows) {
    if (flows.isEmpty()) {
      return;
    }
    ArrayNode pipes = host.putArray("Pipes");
    for (ChannelFlow flow : flows) {
      ObjectNode pipe = pipes.addObject();
      pipe.put("ChannelName", flow.channel());
      pipe.put("Epoch", flow.epoch());
      pipe.put("Open", flow.open());
      pipe.put("Bytes", flow.bytes());
      pipe.put("Objects", flow.objects());
      pipe.put("TotalBytes", flow.totalBytes());
      pipe.put("BytesPerSecond", Math.round(flow.bytesPerSecond()));
      pipe.put("AlgorithmWaitedSeconds", BigDecimal.valueOf(flow.dataWaitMillis(), 3));
      pipe.put("FeederWaitedSeconds", BigDecimal.valueOf(flow.readerWaitMillis(), 3));
    }
  }

  /** A plain decimal: a double would be written with an exponent, which people can't read. */
  private static BigDecimal seconds(Instant time) {
    return BigDecimal.valueOf(time.toEpochMilli(), 3);
  }
}
