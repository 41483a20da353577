package dev.heddle.client.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.client.submit.JobFile;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.RequestDocument;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The probe as an ordinary training job: what it meets is what jobs meet. Its program comes from S3
 * and its findings go there, as a model.
 *
 * @param name the training job's
 * @param folder everything that it leaves in S3 is below it
 * @param program where its script has to lie
 */
record ProbeJob(String name, ObjectUri folder, ObjectUri program, DoctorPlan plan) {
  private static final String TYPE = "heddle-doctor";
  private static final long MEMORY_MB = 512;
  private static final String CHANNEL = "probe";
  private static final String PROGRAM = "train";
  private static final Duration RETRY_FOR = Duration.ofSeconds(20);

  /**
   * @throws IllegalArgumentException when the plan's output isn't an S3 address
   */
  static ProbeJob of(DoctorPlan plan, String name) {
    ObjectUri output = ObjectUri.parse(plan.output().orElseThrow());
    if (!output.inS3()) {
      throw new IllegalArgumentException("not in S3: " + output);
    }
    ObjectUri folder = output.child(name);
    return new ProbeJob(name, folder, folder.child(CHANNEL).child(PROGRAM), plan);
  }

  /**
   * The settings by which it fails soon and once.
   *
   * @param types a file of this machine, which is written: the probe's own instance type
   */
  Settings settings(Settings settings, Path types) throws IOException {
    ObjectNode type = Json.MAPPER.createObjectNode();
    type.putObject(TYPE).put("memoryMb", MEMORY_MB).put("vcores", 1).put("gpus", plan.gpus());
    Files.writeString(types, Json.write(type));
    Map<String, String> values = new TreeMap<>(settings.values());
    values.put(Setting.INSTANCE_TYPES.key(), types.toString());
    values.put(Setting.AM_MAX_ATTEMPTS.key(), "1");
    values.put(Setting.RESTART_PLATFORM_ATTEMPTS.key(), "0");
    values.put(Setting.RESTART_ALGORITHM_ATTEMPTS.key(), "0");
    if (settings.duration(Setting.S3_RETRY_FOR).compareTo(RETRY_FOR) > 0) {
      values.put(Setting.S3_RETRY_FOR.key(), RETRY_FOR.toSeconds() + "s");
    }
    return new Settings(values);
  }

  /**
   * @param settings of {@link #settings}
   * @throws IllegalArgumentException naming every fault, when the plan's image or role can't be
   */
  JobFile file(Settings settings) {
    ObjectNode document = document(settings.require(Setting.ACCOUNT_ID));
    RequestDocument checked =
        RequestDocument.parse(Json.write(document), InstanceTypes.load(settings));
    if (!checked.valid()) {
      throw new IllegalArgumentException(
          String.join("; ", checked.faults().stream().map(Object::toString).toList()));
    }
    return new JobFile("the probe", checked.json(), checked.request().orElseThrow());
  }

  private ObjectNode document(String account) {
    ObjectNode job = Json.MAPPER.createObjectNode();
    job.put("TrainingJobName", name);
    job.put("RoleArn", plan.role().orElse("arn:aws:iam::" + account + ":role/heddle-doctor"));
    ObjectNode algorithm = job.putObject("AlgorithmSpecification");
    algorithm.put("TrainingInputMode", "File");
    algorithm.put("TrainingImage", plan.image().orElse(folder.child(CHANNEL).toString()));
    if (plan.image().isPresent()) {
      algorithm
          .putArray("ContainerEntrypoint")
          .add("/bin/sh")
          .add("/opt/ml/input/data/" + CHANNEL + "/" + PROGRAM);
    }
    ObjectNode channel = job.putArray("InputDataConfig").addObject();
    channel.put("ChannelName", CHANNEL);
    ObjectNode source = channel.putObject("DataSource").putObject("S3DataSource");
    source.put("S3DataType", "S3Prefix");
    source.put("S3Uri", folder.child(CHANNEL).child("").toString());
    job.putObject("OutputDataConfig").put("S3OutputPath", plan.output().orElseThrow());
    ObjectNode resources = job.putObject("ResourceConfig");
    resources.put("InstanceType", TYPE);
    resources.put("InstanceCount", plan.hosts());
    resources.put("VolumeSizeInGB", 1);
    job.putObject("StoppingCondition")
        .put("MaxRuntimeInSeconds", Math.max(60, plan.patience().toSeconds()));
    return job;
  }
}
