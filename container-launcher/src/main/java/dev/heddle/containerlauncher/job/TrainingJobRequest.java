package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A CreateTrainingJob request, as far as Heddle acts on it; what it only records stays in the JSON.
 * Members are named and typed as in the SageMaker API (CreateTrainingJobRequest). Collections that
 * the request leaves out are empty, objects that it leaves out are null unless noted.
 *
 * @param stoppingCondition never null: the contract's defaults where the request says nothing
 */
public record TrainingJobRequest(
    String trainingJobName,
    String roleArn,
    Map<String, String> hyperParameters,
    AlgorithmSpecification algorithmSpecification,
    List<Channel> inputDataConfig,
    OutputDataConfig outputDataConfig,
    ResourceConfig resourceConfig,
    StoppingCondition stoppingCondition,
    List<Tag> tags,
    boolean enableNetworkIsolation,
    CheckpointConfig checkpointConfig,
    Map<String, String> environment,
    RetryStrategy retryStrategy) {

  public TrainingJobRequest {
    hyperParameters = ordered(hyperParameters);
    inputDataConfig = inputDataConfig == null ? List.of() : List.copyOf(inputDataConfig);
    tags = tags == null ? List.of() : List.copyOf(tags);
    environment = ordered(environment);
    stoppingCondition =
        stoppingCondition == null ? new StoppingCondition(null, null, null) : stoppingCondition;
  }

  /** Keeps the request's order, so that what is written from it is the same on every host. */
  private static Map<String, String> ordered(Map<String, String> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** AlgorithmSpecification; {@code trainingInputMode} is File, Pipe or FastFile. */
  public record AlgorithmSpecification(
      String trainingImage,
      String trainingInputMode,
      List<MetricDefinition> metricDefinitions,
      List<String> containerEntrypoint,
      List<String> containerArguments) {
    public AlgorithmSpecification {
      metricDefinitions = metricDefinitions == null ? List.of() : List.copyOf(metricDefinitions);
      containerEntrypoint =
          containerEntrypoint == null ? List.of() : List.copyOf(containerEntrypoint);
      containerArguments = containerArguments == null ? List.of() : List.copyOf(containerArguments);
    }
  }

  /** MetricDefinition: the first capture group of the regular expression is the value. */
  public record MetricDefinition(String name, String regex) {}

  /** Channel; its input mode is {@code inputMode} if set, else the algorithm's. */
  public record Channel(
      String channelName,
      DataSource dataSource,
      String contentType,
      String compressionType,
      String recordWrapperType,
      String inputMode,
      ShuffleConfig shuffleConfig) {}

  public record DataSource(@JsonProperty("S3DataSource") S3DataSource s3DataSource) {}

  public record S3DataSource(
      @JsonProperty("S3DataType") String s3DataType,
      @JsonProperty("S3Uri") String s3Uri,
      @JsonProperty("S3DataDistributionType") String s3DataDistributionType,
      List<String> attributeNames,
      List<String> instanceGroupNames) {}

  public record ShuffleConfig(Long seed) {}

  public record OutputDataConfig(
      @JsonProperty("S3OutputPath") String s3OutputPath, String kmsKeyId, String compressionType) {}

  /** ResourceConfig; either type and count or instance groups, never both. */
  public record ResourceConfig(
      String instanceType,
      Integer instanceCount,
      @JsonProperty("VolumeSizeInGB") Integer volumeSizeInGB,
      List<InstanceGroup> instanceGroups) {
    public ResourceConfig {
      instanceGroups = instanceGroups == null ? List.of() : List.copyOf(instanceGroups);
    }
  }

  public record InstanceGroup(
      String instanceGroupName, String instanceType, Integer instanceCount) {}

  /** StoppingCondition, in seconds; {@link #maxRuntime()} applies the contract's default. */
  public record StoppingCondition(
      Integer maxRuntimeInSeconds, Integer maxWaitTimeInSeconds, Integer maxPendingTimeInSeconds) {
    /** 86,400 s where the request says nothing. */
    public int maxRuntime() {
      return maxRuntimeInSeconds == null ? 86_400 : maxRuntimeInSeconds;
    }
  }

  public record Tag(String key, String value) {}

  public record CheckpointConfig(@JsonProperty("S3Uri") String s3Uri, String localPath) {}

  public record RetryStrategy(Integer maximumRetryAttempts) {}

  /** What kind of image the algorithm is. */
  public ImageKind imageKind() {
    return ImageKind.of(algorithmSpecification.trainingImage());
  }

  /** The channel's own input mode, else the algorithm's. */
  public String inputModeOf(Channel channel) {
    return Optional.ofNullable(channel.inputMode())
        .orElse(algorithmSpecification.trainingInputMode());
  }

  /** How many hosts the job has. */
  public int hostCount() {
    return resourceConfig.instanceGroups().isEmpty()
        ? resourceConfig.instanceCount()
        : resourceConfig.instanceGroups().stream().mapToInt(InstanceGroup::instanceCount).sum();
  }

  /**
   * Binds a request that {@link RequestChecks} found free of faults.
   *
   * @throws IllegalArgumentException when it doesn't bind after all
   */
  public static TrainingJobRequest bind(JsonNode json) {
    return Json.bind(json, TrainingJobRequest.class);
  }
}
