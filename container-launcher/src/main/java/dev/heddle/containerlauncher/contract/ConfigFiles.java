package dev.heddle.containerlauncher.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.job.TrainingJobRequest.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Writes the files of {@code /opt/ml/input/config} (SageMaker Developer Guide, "How Amazon
 * SageMaker Provides Training Information").
 */
public final class ConfigFiles {
  private final Path directory;

  public ConfigFiles(OptMl tree) {
    this.directory = tree.config();
  }

  /**
   * Writes all that doesn't depend on where the hosts are.
   *
   * @param json the request as it was submitted
   */
  public void writeJob(JsonNode json, TrainingJobRequest request, String trainingJobArn)
      throws IOException {
    write("hyperparameters.json", hyperparameters(request));
    write("inputdataconfig.json", inputDataConfig(request));
    write("trainingjobconfig.json", TrainingJobConfig.of(json, trainingJobArn));
    if (request.checkpointConfig() != null) {
      write("checkpointconfig.json", checkpointConfig(request));
    }
  }

  /** Writes {@code resourceconfig.json}, known once all hosts are. */
  public void writeResources(ResourceConfigFile resources) throws IOException {
    write("resourceconfig.json", resources.toJson());
  }

  private static ObjectNode hyperparameters(TrainingJobRequest request) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    request.hyperParameters().forEach(root::put);
    return root;
  }

  private static ObjectNode inputDataConfig(TrainingJobRequest request) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    for (Channel channel : request.inputDataConfig()) {
      ObjectNode entry = root.putObject(channel.channelName());
      if (channel.contentType() != null) {
        entry.put("ContentType", channel.contentType());
      }
      entry.put("TrainingInputMode", request.inputModeOf(channel));
      entry.put("S3DistributionType", distribution(channel));
      entry.put(
          "RecordWrapperType",
          channel.recordWrapperType() == null ? "None" : channel.recordWrapperType());
    }
    return root;
  }

  private static String distribution(Channel channel) {
    var source = channel.dataSource() == null ? null : channel.dataSource().s3DataSource();
    return source == null || source.s3DataDistributionType() == null
        ? "FullyReplicated"
        : source.s3DataDistributionType();
  }

  private static ObjectNode checkpointConfig(TrainingJobRequest request) {
    String path = request.checkpointConfig().localPath();
    return Json.MAPPER
        .createObjectNode()
        .put("LocalPath", path == null ? OptMl.PATH + "/checkpoints" : path);
  }

  private void write(String name, JsonNode content) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, Json.write(content));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
