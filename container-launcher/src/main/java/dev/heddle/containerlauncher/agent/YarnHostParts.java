package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ProcessRuntime;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** The parts of an agent in a YARN container: S3 and the process runtime. */
final class YarnHostParts implements HostParts {
  private final Configuration hadoop;

  YarnHostParts(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  @Override
  public HostData data(Assignment assignment) {
    String kmsKeyId =
        Json.read(assignment.requestJson()).at("/OutputDataConfig/KmsKeyId").asText("");
    return new ObjectStoreData(
        () ->
            S3ObjectStore.open(assignment.s3(), Optional.of(kmsKeyId).filter(id -> !id.isEmpty())),
        assignment.settings());
  }

  @Override
  public AlgorithmRuntime runtime(Assignment assignment, NodePaths paths, HostData data) {
    return new ProcessRuntime(paths, assignment.settings(), hadoop, data::store);
  }
}
