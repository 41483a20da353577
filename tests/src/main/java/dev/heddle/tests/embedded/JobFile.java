package dev.heddle.tests.embedded;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;

/** Makes job files: requests in the CreateTrainingJob shape, of {@code ml.m5.large} hosts. */
public final class JobFile {
  private final ObjectNode job = JsonNodeFactory.instance.objectNode();

  private JobFile() {}

  /**
   * A job of one host, without data, that may run for an hour.
   *
   * @param image of the process runtime
   * @param output {@code s3://BUCKET/PREFIX}
   */
  public static JobFile named(String name, URI image, String output) {
    // A directory's URI as Java writes it ends in a slash; the image's name does not.
    return named(name, image.toString().replaceFirst("/+$", ""), output);
  }

  /**
   * The same for any image, such as Docker's {@code local/shell}.
   *
   * @param output {@code s3://BUCKET/PREFIX}
   */
  public static JobFile named(String name, String image, String output) {
    JobFile file = new JobFile();
    file.job.put("TrainingJobName", name);
    file.job.put("RoleArn", "arn:aws:iam::000000000000:role/heddle-embedded");
    ObjectNode algorithm = file.job.putObject("AlgorithmSpecification");
    algorithm.put("TrainingImage", image);
    algorithm.put("TrainingInputMode", "File");
    file.job.putObject("OutputDataConfig").put("S3OutputPath", output);
    ObjectNode resources = file.job.putObject("ResourceConfig");
    resources.put("InstanceType", "ml.m5.large");
    resources.put("InstanceCount", 1);
    resources.put("VolumeSizeInGB", 1);
    file.job.putObject("StoppingCondition").put("MaxRuntimeInSeconds", 3600);
    return file;
  }

  public JobFile hosts(int count) {
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceCount", count);
    return this;
  }

  public JobFile instanceType(String name) {
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceType", name);
    return this;
  }

  /** ContainerEntrypoint. */
  public JobFile entrypoint(String... words) {
    ArrayNode entrypoint =
        ((ObjectNode) job.get("AlgorithmSpecification")).putArray("ContainerEntrypoint");
    Arrays.stream(words).forEach(entrypoint::add);
    return this;
  }

  /** Checkpoints are kept there, and a job that fails for the platform's reasons is tried again. */
  public JobFile relaunched(String checkpoints, int attempts) {
    job.putObject("CheckpointConfig").put("S3Uri", checkpoints);
    job.putObject("RetryStrategy").put("MaximumRetryAttempts", attempts);
    return this;
  }

  public JobFile isolated() {
    job.put("EnableNetworkIsolation", true);
    return this;
  }

  public JobFile hyperparameters(Map<String, String> values) {
    ObjectNode node = job.putObject("HyperParameters");
    values.forEach(node::put);
    return this;
  }

  public JobFile environment(Map<String, String> values) {
    ObjectNode node = job.putObject("Environment");
    values.forEach(node::put);
    return this;
  }

  /**
   * @param distribution {@code FullyReplicated} or {@code ShardedByS3Key}
   */
  public JobFile channel(String name, String uri, String distribution) {
    ObjectNode channel = array(job, "InputDataConfig").addObject();
    channel.put("ChannelName", name);
    channel.put("ContentType", "text/csv");
    ObjectNode source = channel.putObject("DataSource").putObject("S3DataSource");
    source.put("S3DataType", "S3Prefix");
    source.put("S3Uri", uri);
    source.put("S3DataDistributionType", distribution);
    return this;
  }

  /** A channel whose epochs flow through pipes; the rest of it is the caller's. */
  public ObjectNode pipe(String name, String dataType, String uri, String distribution) {
    channel(name, uri, distribution);
    ArrayNode channels = array(job, "InputDataConfig");
    ObjectNode channel = (ObjectNode) channels.get(channels.size() - 1);
    channel.put("InputMode", "Pipe");
    ((ObjectNode) channel.at("/DataSource/S3DataSource")).put("S3DataType", dataType);
    return channel;
  }

  public JobFile metric(String name, String regex) {
    ObjectNode algorithm = (ObjectNode) job.get("AlgorithmSpecification");
    array(algorithm, "MetricDefinitions").addObject().put("Name", name).put("Regex", regex);
    return this;
  }

  public JobFile maxRuntime(int seconds) {
    ((ObjectNode) job.get("StoppingCondition")).put("MaxRuntimeInSeconds", seconds);
    return this;
  }

  /** For whatever the methods above don't say. */
  public ObjectNode json() {
    return job;
  }

  private static ArrayNode array(ObjectNode parent, String name) {
    return parent.has(name) ? (ArrayNode) parent.get(name) : parent.putArray(name);
  }
}
