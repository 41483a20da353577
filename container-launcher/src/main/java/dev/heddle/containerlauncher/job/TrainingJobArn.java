package dev.heddle.containerlauncher.job;

import java.util.Locale;

/**
 * TrainingJobArn of the SageMaker API. The job's name stands in it in lower case, as the service
 * does it.
 *
 * @param region such as {@code eu-west-1}
 * @param accountId twelve digits
 * @param jobName in lower case
 */
public record TrainingJobArn(String region, String accountId, String jobName) {

  /**
   * @param jobName in any case
   * @throws IllegalArgumentException when a part doesn't fit into an ARN
   */
  public static TrainingJobArn of(String region, String accountId, String jobName) {
    require(region.matches("[a-z0-9][a-z0-9-]*"), "not a region such as eu-west-1: " + region);
    require(accountId.matches("\\d{12}"), "not twelve digits: " + accountId);
    require(Format.JOB_NAME.matches(jobName), "not a training job's name: " + jobName);
    return new TrainingJobArn(region, accountId, jobName.toLowerCase(Locale.ROOT));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** {@code arn:aws:sagemaker:REGION:ACCOUNT:training-job/NAME}. */
  @Override
  public String toString() {
    return "arn:"
        + partition()
        + ":sagemaker:"
        + region
        + ":"
        + accountId
        + ":training-job/"
        + jobName;
  }

  /** AWS's partitions (AWS General Reference, ARNs). */
  private String partition() {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }
}
