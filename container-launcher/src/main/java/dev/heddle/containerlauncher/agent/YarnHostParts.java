package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import dev.heddle.containerlauncher.runtime.ContainerRuntime;
import dev.heddle.containerlauncher.runtime.DockerNetwork;
import dev.heddle.containerlauncher.runtime.ProcessRuntime;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * The parts of an agent in a YARN container: S3, Hadoop's file systems, and the runtime that its
 * image wants.
 */
final class YarnHostParts implements HostParts {
  private final Configuration hadoop;
  private final List<Path> logRoots;

  /**
   * @param logRoots the application's log directories on this node
   */
  YarnHostParts(Configuration hadoop, List<Path> logRoots) {
    this.hadoop = hadoop;
    this.logRoots = List.copyOf(logRoots);
  }

  @Override
  public HostData data(Assignment assignment) {
    String kmsKeyId =
        Json.read(assignment.requestJson()).at("/OutputDataConfig/KmsKeyId").asText("");
    return new ObjectStoreData(
        () ->
            S3ObjectStore.open(assignment.s3(), Optional.of(kmsKeyId).filter(id -> !id.isEmpty())),
        HadoopObjectSource.open(hadoop, assignment.s3().retryFor()),
        assignment.settings());
  }

  @Override
  public AlgorithmRuntime runtime(
      Assignment assignment,
      NodePaths paths,
      HostData data,
      AlgorithmLogs logs,
      ContainerControl container) {
    Settings settings = assignment.settings();
    TrainingJobRequest request = TrainingJobRequest.bind(Json.read(assignment.requestJson()));
    Optional<String> network = DockerNetwork.of(request, settings);
    if (network.isPresent()) {
      return new ContainerRuntime(paths, logRoots, network.get(), logs, container);
    }
    return new ProcessRuntime(paths, settings, hadoop, data::store);
  }
}
