package dev.heddle.am.launch;

import dev.heddle.pipemode.ObjectUri;

/**
 * Where a job's results lie: below {@code S3OutputPath/TRAINING_JOB_NAME}, as SageMaker has them.
 *
 * @param job {@code S3OutputPath/TRAINING_JOB_NAME}
 */
public record OutputLayout(ObjectUri job) {

  /**
   * @param outputPath the request's {@code OutputDataConfig.S3OutputPath}
   * @throws IllegalArgumentException when it isn't an S3 address
   */
  public static OutputLayout of(String outputPath, String jobName) {
    return new OutputLayout(ObjectUri.parse(outputPath).child(jobName));
  }

  /** The model, as one archive. */
  public ObjectUri modelArchive() {
    return job.child("output").child("model.tar.gz");
  }

  /** The other output, as one archive. */
  public ObjectUri outputArchive() {
    return job.child("output").child("output.tar.gz");
  }

  /** The job's last record, in the DescribeTrainingJob shape. */
  public ObjectUri record() {
    return job.child("output").child("job-record.json");
  }
}
