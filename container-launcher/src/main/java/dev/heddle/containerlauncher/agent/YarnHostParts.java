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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;

/**
 * The parts of an agent in a YARN container: S3, Hadoop's file systems, and the runtime that its
 * image wants.
 */
final class YarnHostParts implements HostParts {
  /** The sync of the checkpoints tries again for ever, by itself. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  private final Configuration hadoop;
  private final List<Path> logRoots;

  /**
   * @param logRoots the application's log directories on this node
   */
  YarnHostParts(Configuration hadoop, List<Path> logRoots) {
    this.hadoop = hadoop;
    this.logRoots = List.copyOf(logRoots);
  }

  /** Of OutputDataConfig. */
  private static Optional<String> kmsKeyId(Assignment assignment) {
    return Optional.of(
            Json.read(assignment.requestJson()).at("/OutputDataConfig/KmsKeyId").asText(""))
        .filter(id -> !id.isEmpty());
  }

  @Override
  public Optional<HostCheckpoints> checkpoints(
      Assignment assignment, NodePaths paths, BooleanSupplier mayWrite) {
    return Optional.ofNullable(
            TrainingJobRequest.bind(Json.read(assignment.requestJson())).checkpointConfig())
        .map(
            config ->
                new StoredCheckpoints(
                    S3ObjectStore.open(assignment.s3().retryingFor(SHORT), kmsKeyId(assignment)),
                    config,
                    paths,
                    assignment.settings(),
                    mayWrite));
  }

  @Override
  public HostData data(Assignment assignment) {
    return new ObjectStoreData(
        () -> S3ObjectStore.open(assignment.s3(), kmsKeyId(assignment)),
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
