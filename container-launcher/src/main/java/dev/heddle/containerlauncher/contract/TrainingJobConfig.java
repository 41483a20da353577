package dev.heddle.containerlauncher.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * The undocumented {@code trainingjobconfig.json}, which smdebug and some users' code read: the
 * request with its ARN, defaults filled in, and some enumerations in SageMaker's internal spelling
 * ({@code S3_PREFIX} for {@code S3Prefix}), as a real job's file had them.
 */
final class TrainingJobConfig {
  private TrainingJobConfig() {}

  static ObjectNode of(JsonNode request, String trainingJobArn) {
    ObjectNode root = request.deepCopy();
    root.put("TrainingJobArn", trainingJobArn);
    for (String flag :
        List.of(
            "EnableNetworkIsolation",
            "EnableInterContainerTrafficEncryption",
            "EnableManagedSpotTraining")) {
      if (!root.has(flag)) {
        root.put(flag, false);
      }
    }
    if (!root.has("Tags")) {
      root.putArray("Tags");
    }
    if (!root.has("HyperParameters")) {
      root.putObject("HyperParameters");
    }
    if (!root.has("InputDataConfig")) {
      root.putArray("InputDataConfig");
    }
    if (root.get("AlgorithmSpecification") instanceof ObjectNode algorithm
        && !algorithm.has("MetricDefinitions")) {
      algorithm.putArray("MetricDefinitions");
    }
    if (root.get("OutputDataConfig") instanceof ObjectNode output) {
      fill(output, "KmsKeyId", "");
      respell(output, "CompressionType");
    }
    if (root.get("CheckpointConfig") instanceof ObjectNode checkpoints) {
      fill(checkpoints, "LocalPath", OptMl.PATH + "/checkpoints");
    }
    root.get("InputDataConfig").forEach(TrainingJobConfig::respellChannel);
    return root;
  }

  private static void respellChannel(JsonNode channel) {
    if (!(channel instanceof ObjectNode object)) {
      return;
    }
    fill(object, "CompressionType", "None");
    fill(object, "RecordWrapperType", "None");
    respell(object, "CompressionType");
    respell(object, "RecordWrapperType");
    if (object.path("DataSource").get("S3DataSource") instanceof ObjectNode source) {
      fill(source, "S3DataDistributionType", "FullyReplicated");
      respell(source, "S3DataType");
      respell(source, "S3DataDistributionType");
    }
  }

  private static void fill(ObjectNode object, String member, String value) {
    if (!object.has(member)) {
      object.put(member, value);
    }
  }

  private static void respell(ObjectNode object, String member) {
    JsonNode value = object.get(member);
    if (value != null && value.isTextual()) {
      object.put(member, internal(value.textValue()));
    }
  }

  /** {@code ShardedByS3Key} becomes {@code SHARDED_BY_S3_KEY}. */
  private static String internal(String apiSpelling) {
    return apiSpelling.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }
}
