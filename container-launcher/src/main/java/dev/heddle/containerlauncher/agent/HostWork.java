package dev.heddle.containerlauncher.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.contract.AlgorithmEnvironment;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.ConfigFiles;
import dev.heddle.containerlauncher.contract.FailureFile;
import dev.heddle.containerlauncher.contract.HostsFile;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.contract.ResourceConfigFile;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.job.TrainingJobRequest.AlgorithmSpecification;
import dev.heddle.containerlauncher.job.TrainingJobRequest.MetricDefinition;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.containerlauncher.runtime.AlgorithmCommand;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.AlgorithmStatus;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import dev.heddle.containerlauncher.runtime.DockerNetwork;
import dev.heddle.containerlauncher.runtime.FaultException;
import dev.heddle.containerlauncher.runtime.RunningAlgorithm;
import dev.heddle.pipemode.ArchiveSlice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The steps of a host's attempts. Each blocks; the agent decides when to take them. */
final class HostWork implements AutoCloseable {
  /** The archives of a job, and what each holds. */
  private static final String MODEL = "model.tar.gz";

  private static final String OUTPUT = "output.tar.gz";
  private static final int KILL = 9;

  private final AgentIdentity me;
  private final Assignment assignment;
  private final NodePaths paths;
  private final AlgorithmLogs logs;
  private final HostData data;
  private final AlgorithmRuntime runtime;
  private final JsonNode json;
  private final TrainingJobRequest request;
  private final Optional<HostCheckpoints> checkpoints;
  private final Listings listings;
  private volatile int attempt;
  private boolean imageReady;
  private boolean filesReady;

  HostWork(
      AgentIdentity me,
      Assignment assignment,
      NodePaths paths,
      HostParts parts,
      AlgorithmLogs logs,
      ContainerControl container,
      Listings listings,
      BooleanSupplier mayWrite) {
    this.me = me;
    this.logs = logs;
    this.assignment = assignment;
    this.paths = paths;
    this.json = Json.read(assignment.requestJson());
    this.request = TrainingJobRequest.bind(json);
    this.data = parts.data(assignment);
    this.runtime = parts.runtime(assignment, paths, data, logs, container);
    this.checkpoints = parts.checkpoints(assignment, paths, mayWrite);
    this.listings = listings;
    this.attempt = assignment.attempt();
  }

  /** The name that log lines begin with. */
  String name() {
    return request.trainingJobName() + " " + assignment.host() + " attempt " + attempt;
  }

  /** What follows is for that attempt. */
  void enter(int next) {
    attempt = next;
  }

  List<MetricDefinition> metricDefinitions() {
    return request.algorithmSpecification().metricDefinitions();
  }

  Progress progress() {
    Progress moved = data.progress();
    return new Progress(
        moved.bytesIn(),
        moved.bytesInTotal(),
        moved.bytesOut(),
        moved.flows(),
        checkpoints.map(HostCheckpoints::status));
  }

  /** Lays /opt/ml out, without what an earlier attempt left, and makes the image ready. */
  void prepare() throws FaultException, IOException, InterruptedException {
    OptMl tree = paths.tree();
    tree.clearOutput();
    tree.create();
    new ConfigFiles(tree).writeJob(json, request, assignment.trainingJobArn());
    AlgorithmSpecification algorithm = request.algorithmSpecification();
    if (!imageReady) {
      runtime.prepare(
          new AlgorithmCommand(
              algorithm.trainingImage(),
              algorithm.containerEntrypoint(),
              algorithm.containerArguments()));
      imageReady = true;
    }
    if (checkpoints.isPresent()) {
      checkpoints.get().restore(listings.fetch(attempt));
    }
  }

  boolean hasChannels() {
    return !request.inputDataConfig().isEmpty();
  }

  /** Whether the algorithm waits for channels to be on the disk. */
  boolean hasFiles() {
    return request.inputDataConfig().stream()
        .anyMatch(channel -> !"Pipe".equals(request.inputModeOf(channel)));
  }

  /**
   * Brings the File channels, once, and begins to feed the Pipe channels.
   *
   * @param onFailure told, by any thread, when a pipe that the algorithm has open can't be fed
   */
  void bringData(Consumer<IOException> onFailure)
      throws FaultException, IOException, InterruptedException {
    if (!filesReady) {
      data.download(request, assignment.host(), assignment.hosts(), paths.tree());
      filesReady = true;
    }
    data.feed(request, assignment.host(), assignment.hosts(), paths, onFailure);
  }

  RunningAlgorithm start(Order.Start order)
      throws FaultException, IOException, InterruptedException {
    List<String> names = order.hosts().stream().map(Order.HostAddress::host).toList();
    boolean own =
        DockerNetwork.of(request, assignment.settings())
            .filter(DockerNetwork::hasAddressesOfItsOwn)
            .isPresent();
    new ConfigFiles(paths.tree())
        .writeResources(
            new ResourceConfigFile(
                request.resourceConfig(),
                assignment.host(),
                names,
                own ? DockerNetwork.INTERFACE : order.networkInterface()));
    // Addresses of the containers' own are known only when all run; names may lag (SageMaker
    // Developer Guide, "Distributed Training Configuration").
    writeHosts(own ? List.of() : order.hosts());
    if (checkpoints.isPresent()) {
      checkpoints.get().watch();
    }
    return runtime.start(
        AlgorithmEnvironment.of(
            request,
            assignment.trainingJobArn(),
            attempt,
            assignment.s3().region(),
            assignment.gpus() > 0));
  }

  /** Rewritten in place: through a bind mount another file of the name would not be seen. */
  void writeHosts(List<Order.HostAddress> addresses) throws IOException {
    new HostsFile(addresses, assignment.host(), me.nodeNames()).write(paths.hostsFile());
  }

  /** Whether there are checkpoints to bring to S3. */
  boolean keepsCheckpoints() {
    return checkpoints.isPresent();
  }

  /** Brings the last checkpoints to S3; what is not there in the end, one clause. */
  String save() throws InterruptedException {
    return checkpoints.isEmpty()
        ? ""
        : checkpoints.get().flush(assignment.settings().duration(Setting.CHECKPOINT_FLUSH));
  }

  /**
   * Looks at what an algorithm left.
   *
   * @throws IOException also when it can't have seen all the data that it asked for
   * @throws FaultException when the node is what made it fail
   */
  AlgorithmExit conclude(AlgorithmStatus status, boolean stopped)
      throws FaultException, IOException {
    data.endFeed();
    OptMl tree = paths.tree();
    String failure = FailureFile.read(tree);
    String remark = "";
    if (status.code() != 0 && !stopped) {
      remark = FullDisk.remark(tree.root(), request.resourceConfig().volumeSizeInGB());
      if (remark.isEmpty()) {
        remark = PortConflict.remark(failure, logs);
      }
    }
    return new AlgorithmExit(
        status.code(),
        stopped,
        failure,
        remark.isEmpty() ? status.remark() : remark,
        status.signal() == KILL && !stopped,
        data.survey(tree.model()),
        data.survey(tree.outputData()));
  }

  Map<String, ArchiveSlice> upload(Order.Upload order) throws IOException, InterruptedException {
    Map<String, ArchiveSlice> slices = new HashMap<>();
    for (var archive : order.archives().entrySet()) {
      slices.put(archive.getKey(), data.upload(rootOf(archive.getKey()), archive.getValue()));
    }
    return slices;
  }

  /** What it brings itself; the slices that the uploads brought are known already. */
  Map<String, ArchiveSlice> append(Order.Append order) throws IOException, InterruptedException {
    Map<String, ArchiveSlice> slices = new HashMap<>();
    for (var archive : order.archives().entrySet()) {
      slices.put(
          archive.getKey(), new ArchiveSlice(data.append(archive.getValue()), Optional.empty()));
    }
    return slices;
  }

  private Path rootOf(String archive) throws IOException {
    return switch (archive) {
      case MODEL -> paths.tree().model();
      case OUTPUT -> paths.tree().outputData();
      default -> throw new IOException("there is no archive '" + archive + "'");
    };
  }

  /** Kills what runs and fails what still moves. */
  @Override
  public void close() {
    runtime.close();
    checkpoints.ifPresent(HostCheckpoints::close);
    data.close();
  }
}
