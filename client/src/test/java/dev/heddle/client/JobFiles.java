package dev.heddle.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Job files for tests. */
final class JobFiles {
  private JobFiles() {}

  static String valid(String name) {
    return """
        {"TrainingJobName": "%s",
         "RoleArn": "arn:aws:iam::111122223333:role/train",
         "AlgorithmSpecification": {"TrainingImage": "s3://images/digits.tar.gz",
           "TrainingInputMode": "File"},
         "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource":
           {"S3DataType": "S3Prefix", "S3Uri": "s3://in/train/",
            "S3DataDistributionType": "ShardedByS3Key"}}}],
         "OutputDataConfig": {"S3OutputPath": "s3://out/jobs"},
         "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2,
           "VolumeSizeInGB": 10},
         "StoppingCondition": {"MaxRuntimeInSeconds": 600},
         "Tags": [{"Key": "Team", "Value": "Risk"}]}
        """
        .formatted(name);
  }

  /** A record such as an ApplicationMaster writes. */
  static String record(String name, String status, String secondary, String more) {
    return """
        {"TrainingJobName": "%s", "TrainingJobStatus": "%s", "SecondaryStatus": "%s",
         "CreationTime": 1795521600.5, "LastModifiedTime": 1795521660,
         "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
         "ModelArtifacts": {"S3ModelArtifacts": ""},
         "SecondaryStatusTransitions": [
           {"Status": "Starting", "StartTime": 1795521600.5, "EndTime": 1795521610,
            "StatusMessage": "Starting the training job"},
           {"Status": "%s", "StartTime": 1795521610, "StatusMessage": "the message"}]%s}
        """
        .formatted(name, status, secondary, secondary, more);
  }

  /** The part of a record that tells of two hosts. */
  static String hosts(String phase) {
    return """
        , "Heddle": {"ApplicationId": "application_1_0001", "Queue": "default", "Attempt": 1,
          "Notes": [], "Hosts": [
          {"Name": "algo-1", "Node": "node-1", "Container": "container_1", "Phase": "%s",
           "Suspect": false, "BytesIn": 1048576, "BytesInTotal": 4194304, "BytesOut": 0,
           "Metrics": {"loss": 0.25}},
          {"Name": "algo-2", "Node": "node-2", "Container": "container_2", "Phase": "%s",
           "Suspect": false, "BytesIn": 0, "BytesInTotal": 0, "BytesOut": 0, "Metrics": {}}]}
        """
        .formatted(phase, phase);
  }

  static Path write(Path directory, String text) throws IOException {
    return Files.writeString(directory.resolve("job.json"), text);
  }
}
