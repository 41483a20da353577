package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** TrainingJobStatus of the SageMaker API (DescribeTrainingJob). */
public enum TrainingJobStatus {
  IN_PROGRESS("InProgress"),
  COMPLETED("Completed"),
  FAILED("Failed"),
  STOPPING("Stopping"),
  STOPPED("Stopped"),
  DELETING("Deleting");

  private final String wireName;

  TrainingJobStatus(String wireName) {
    this.wireName = wireName;
  }

  /** The name in JSON, such as {@code InProgress}. */
  @JsonValue
  public String wireName() {
    return wireName;
  }

  /** Whether the job has ended: Completed, Failed or Stopped. */
  public boolean isTerminal() {
    return this == COMPLETED || this == FAILED || this == STOPPED;
  }

  /**
   * @throws IllegalArgumentException when the API has no such status
   */
  @JsonCreator
  public static TrainingJobStatus of(String wireName) {
    return Arrays.stream(values())
        .filter(status -> status.wireName.equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such TrainingJobStatus: " + wireName));
  }

  @Override
  public String toString() {
    return wireName;
  }
}
