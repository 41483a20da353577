package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** SecondaryStatus of the SageMaker API, with those that the service no longer produces. */
public enum SecondaryStatus {
  STARTING("Starting"),
  LAUNCHING_ML_INSTANCES("LaunchingMLInstances"),
  PREPARING_TRAINING_STACK("PreparingTrainingStack"),
  DOWNLOADING("Downloading"),
  DOWNLOADING_TRAINING_IMAGE("DownloadingTrainingImage"),
  TRAINING("Training"),
  UPLOADING("Uploading"),
  STOPPING("Stopping"),
  STOPPED("Stopped"),
  MAX_RUNTIME_EXCEEDED("MaxRuntimeExceeded"),
  COMPLETED("Completed"),
  FAILED("Failed"),
  INTERRUPTED("Interrupted"),
  MAX_WAIT_TIME_EXCEEDED("MaxWaitTimeExceeded"),
  UPDATING("Updating"),
  RESTARTING("Restarting"),
  PENDING("Pending");

  private final String wireName;

  SecondaryStatus(String wireName) {
    this.wireName = wireName;
  }

  /** The name in JSON, such as {@code MaxRuntimeExceeded}. */
  @JsonValue
  public String wireName() {
    return wireName;
  }

  /** The TrainingJobStatus of a job in this status that nobody has asked to stop. */
  public TrainingJobStatus primary() {
    return switch (this) {
      case COMPLETED -> TrainingJobStatus.COMPLETED;
      case FAILED -> TrainingJobStatus.FAILED;
      case STOPPING -> TrainingJobStatus.STOPPING;
      case STOPPED, MAX_RUNTIME_EXCEEDED, MAX_WAIT_TIME_EXCEEDED -> TrainingJobStatus.STOPPED;
      default -> TrainingJobStatus.IN_PROGRESS;
    };
  }

  /**
   * @throws IllegalArgumentException when the API has no such status
   */
  @JsonCreator
  public static SecondaryStatus of(String wireName) {
    return Arrays.stream(values())
        .filter(status -> status.wireName.equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such SecondaryStatus: " + wireName));
  }

  @Override
  public String toString() {
    return wireName;
  }
}
