package dev.heddle.am;

import dev.heddle.am.launch.HostShape;
import dev.heddle.am.launch.OutputLayout;
import dev.heddle.am.supervisor.FaultPolicy;
import dev.heddle.am.supervisor.JobPlan;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.TrainingJobArn;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Derives what the ApplicationMaster needs to know from the request and the settings. */
final class JobPlans {
  private JobPlans() {}

  /**
   * @param local whether all hosts are on this machine, where what they print is shown at once
   */
  static JobPlan of(TrainingJobRequest request, Settings settings, HostShape shape, boolean local) {
    String compression = request.outputDataConfig().compressionType();
    return new JobPlan(
        request.trainingJobName(),
        local
            ? "what %s printed; heddle local --keep keeps the logs"
            : "heddle logs " + request.trainingJobName() + " --host %s",
        request.hostCount(),
        shape.describe(),
        settings.require(Setting.PLACEMENT).equals("spread"),
        settings.duration(Setting.GANG_TIMEOUT),
        settings.duration(Setting.GANG_BACKOFF_MIN),
        settings.duration(Setting.GANG_BACKOFF_MAX),
        Duration.ofSeconds(request.stoppingCondition().maxRuntime()),
        settings.duration(Setting.STOP_GRACE),
        settings.duration(Setting.AGENT_SUSPECT_AFTER),
        settings.duration(Setting.AGENT_LEASE),
        settings.duration(Setting.UPLOAD_TIMEOUT),
        request.checkpointConfig() != null,
        FaultPolicy.parse(settings.require(Setting.FAULT_POLICY)),
        settings.duration(Setting.FAULT_SETTLE),
        settings.duration(Setting.RESTART_GRACE),
        settings.duration(Setting.CHECKPOINT_FLUSH),
        request.retryStrategy() == null
            ? settings.integer(Setting.RESTART_PLATFORM_ATTEMPTS)
            : request.retryStrategy().maximumRetryAttempts(),
        settings.integer(Setting.RESTART_ALGORITHM_ATTEMPTS),
        OutputLayout.of(request.outputDataConfig().s3OutputPath(), request.trainingJobName())
            .job()
            .child("output"),
        !"NONE".equals(compression),
        settings.integer(Setting.UPLOAD_PART_SIZE) << 20);
  }

  static String modelUri(JobPlan plan) {
    return plan.output().child(plan.compressModel() ? "model.tar.gz" : "model/").toString();
  }

  static String arn(TrainingJobRequest request, Settings settings) {
    return TrainingJobArn.of(
            settings.text(Setting.S3_REGION).orElse("us-east-1"),
            settings.require(Setting.ACCOUNT_ID),
            request.trainingJobName())
        .toString();
  }

  /** As the client chose it, with its keys if it sent any. */
  static S3Access s3(Settings settings, TrainingJobRequest request, Optional<S3Access.Keys> keys) {
    Optional<URI> endpoint = settings.text(Setting.S3_ENDPOINT).map(URI::create);
    String style = settings.require(Setting.S3_PATH_STYLE);
    S3Access own =
        new S3Access(
            endpoint,
            settings.text(Setting.S3_REGION).orElse("us-east-1"),
            style.equals("auto") ? endpoint.isPresent() : Boolean.parseBoolean(style),
            keys,
            settings.duration(Setting.S3_RETRY_FOR));
    return settings.flag(Setting.S3_ASSUME_ROLE)
        ? own.withRole(
            S3Access.AssumedRole.ofJob(
                request.roleArn(),
                request.trainingJobName(),
                settings.text(Setting.S3_STS_ENDPOINT).map(URI::create)))
        : own;
  }
}
