package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Order.HostAddress;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import dev.heddle.containerlauncher.runtime.ProcessRuntime;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An agent with an ApplicationMaster of the test's, and data it controls. */
abstract class AgentFixture {
  static final Duration FAST = Duration.ofMillis(20);
  static final Duration LONG = Duration.ofHours(1);
  static final ObjectUri MODEL = ObjectUri.parse("s3://b/o/model.tar.gz");

  @TempDir Path dir;
  final FakeData data = new FakeData();
  FakeAm am = new FakeAm(FAST);
  NodePaths paths;
  CompletableFuture<Integer> end;
  String lease = "60s";
  boolean channel;
  Optional<HostCheckpoints> checkpoints = Optional.empty();

  @BeforeEach
  void makeDirectories() throws IOException {
    paths = new NodePaths(dir.resolve("host"), Files.createDirectories(dir.resolve("logs")));
  }

  @AfterEach
  void leave() throws Exception {
    if (end != null && !end.isDone()) {
      am.order(new Order.Leave(Long.MAX_VALUE));
      end.get(20, TimeUnit.SECONDS);
    }
  }

  void running() throws Exception {
    launch();
    await(AgentPhase.READY);
    start(2);
    await(r -> r.phase().compareTo(AgentPhase.RUNNING) >= 0);
  }

  void start(long number) {
    am.order(
        new Order.Start(
            number,
            List.of(new HostAddress("algo-1", "127.0.0.8"), new HostAddress("algo-2", "127.0.0.9")),
            "eth7"));
  }

  void image(String lines) throws IOException {
    Path train = Files.createDirectories(dir.resolve("image")).resolve("train");
    Files.writeString(train, "#!/bin/sh\n" + lines + "\n");
    Files.setPosixFilePermissions(train, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  void launch() {
    Agent agent =
        new Agent(
            new AgentIdentity("algo-1", "container_1", "127.0.0.8", "lo", List.of("node")),
            assignment(),
            am,
            failure -> false,
            new HostParts() {
              @Override
              public HostData data(Assignment assignment) {
                return data;
              }

              @Override
              public Optional<HostCheckpoints> checkpoints(
                  Assignment assignment, NodePaths node, BooleanSupplier mayWrite) {
                return checkpoints;
              }

              @Override
              public AlgorithmRuntime runtime(
                  Assignment assignment,
                  NodePaths node,
                  HostData unused,
                  AlgorithmLogs logs,
                  ContainerControl container) {
                return new ProcessRuntime(
                    node, assignment.settings(), new Configuration(false), data::store);
              }
            },
            paths,
            Executors.newSingleThreadScheduledExecutor());
    end =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return agent.run();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private Assignment assignment() {
    String request =
        "{'TrainingJobName':'fraud-17','AlgorithmSpecification':{'TrainingImage':'IMAGE','TrainingInputMode':'File',"
            + "'MetricDefinitions':[{'Name':'acc','Regex':'acc=([0-9.]+);'}]},"
            + (channel
                ? "'InputDataConfig':[{'ChannelName':'train','DataSource':{'S3DataSource':{'S3DataType':'S3Prefix','S3Uri':'s3://b/i/'}}}],"
                : "")
            + "'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
            + "'ResourceConfig':{'InstanceType':'ml.m5.large','InstanceCount':2,'VolumeSizeInGB':1}}";
    return new Assignment(
        "algo-1",
        1,
        request.replace('\'', '"').replace("IMAGE", dir.resolve("image").toString()),
        "arn:aws:sagemaker:us-east-1:000000000000:training-job/fraud-17",
        List.of("algo-1", "algo-2"),
        new S3Access(Optional.empty(), "us-east-1", true, Optional.empty(), Duration.ofSeconds(1)),
        0,
        new Settings(
            Map.of(
                "heddle.agent.am-patience",
                "10min",
                "heddle.agent.lease",
                lease,
                "heddle.stop.grace",
                "10s",
                "heddle.checkpoint.flush-timeout",
                "1min",
                "heddle.process.namespaces",
                "require")));
  }

  static UploadShare share(String id) {
    return new UploadShare(target(id), ObjectUri.parse("s3://b/tails/algo-1"));
  }

  static MultipartTarget target(String id) {
    return new MultipartTarget(MODEL, id, 4, 9, 5 << 20);
  }

  AgentReport await(AgentPhase phase) {
    return await(report -> report.phase() == phase);
  }

  AgentReport await(Predicate<AgentReport> condition) {
    return Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> am.reports().stream().filter(condition).reduce((a, b) -> b), Optional::isPresent)
        .orElseThrow();
  }

  void awaitLog(String text) {
    Awaitility.await()
        .until(() -> Files.exists(paths.stdout()) && Files.readString(paths.stdout()).equals(text));
  }
}
