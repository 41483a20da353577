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
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.RoutedStore;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.directory.DirectoryStore;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;

/**
 * The parts of an agent: S3, Hadoop's file systems, and the runtime that its image wants. On a
 * cluster {@code file:} addresses are refused; where the whole job is on one machine they are its
 * directories.
 */
final class AgentParts implements HostParts {
  /** The sync of the checkpoints tries again for ever, by itself. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  private final Configuration hadoop;
  private final List<Path> logRoots;
  private final boolean localFiles;

  /**
   * @param logRoots the application's log directories on this node
   * @param localFiles whether all of the job's hosts are on this machine, and share its files
   */
  AgentParts(Configuration hadoop, List<Path> logRoots, boolean localFiles) {
    this.hadoop = hadoop;
    this.logRoots = List.copyOf(logRoots);
    this.localFiles = localFiles;
  }

  private ObjectStore store(Assignment assignment, S3Access access) {
    ObjectStore s3 = S3ObjectStore.open(access, kmsKeyId(assignment));
    return localFiles ? new RoutedStore(s3, new DirectoryStore()) : s3;
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
                    store(assignment, assignment.s3().retryingFor(SHORT)),
                    config,
                    paths,
                    assignment.settings(),
                    mayWrite));
  }

  @Override
  public HostData data(Assignment assignment) {
    Duration retryFor = assignment.s3().retryFor();
    return new ObjectStoreData(
        () -> store(assignment, assignment.s3()),
        localFiles
            ? HadoopObjectSource.withLocalFiles(hadoop, retryFor)
            : HadoopObjectSource.open(hadoop, retryFor),
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
