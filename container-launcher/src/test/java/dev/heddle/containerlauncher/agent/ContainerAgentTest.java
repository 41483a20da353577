package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.ContainerSpec.Mount;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.runtime.AlgorithmRuntime;
import dev.heddle.containerlauncher.runtime.ContainerControl;
import dev.heddle.containerlauncher.runtime.ContainerRuntime;
import dev.heddle.pipemode.S3Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent whose algorithm has a container that the ApplicationMaster holds. */
class ContainerAgentTest {
  private static final String CONTAINER = "container_1_0001_01_000002";

  @TempDir private Path dir;
  private final FakeAm am = new FakeAm(Duration.ofMillis(20));
  private final FakeData data = new FakeData();
  private NodePaths paths;
  private CompletableFuture<Integer> end;

  @BeforeEach
  void launch() throws IOException {
    paths = new NodePaths(dir.resolve("host"), Files.createDirectories(dir.resolve("logs/agent")));
    Agent agent =
        new Agent(
            new AgentIdentity("algo-1", CONTAINER, "127.0.0.8", "lo", List.of("node")),
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
                return Optional.empty();
              }

              @Override
              public AlgorithmRuntime runtime(
                  Assignment assignment,
                  NodePaths node,
                  HostData unused,
                  AlgorithmLogs logs,
                  ContainerControl container) {
                return new ContainerRuntime(
                    node, List.of(dir.resolve("logs")), "host", logs, container);
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

  @AfterEach
  void leave() throws Exception {
    am.order(new Order.Leave(Long.MAX_VALUE));
    am.container(ended(Cause.RELEASED, 0, ""));
    end.get(20, TimeUnit.SECONDS);
  }

  private static Assignment assignment() {
    return new Assignment(
        "algo-1",
        1,
        ("{'TrainingJobName':'fraud-17','AlgorithmSpecification':{'TrainingImage':'local/fraud:4',"
                + "'TrainingInputMode':'File','MetricDefinitions':[{'Name':'acc','Regex':'acc=([0-9.]+)'}]},"
                + "'Environment':{'NVIDIA_VISIBLE_DEVICES':'all'},"
                + "'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
                + "'ResourceConfig':{'InstanceType':'ml.m5.large','InstanceCount':2,'VolumeSizeInGB':1}}")
            .replace('\'', '"'),
        "arn",
        List.of("algo-1", "algo-2"),
        new S3Access(Optional.empty(), "us-east-1", true, Optional.empty(), Duration.ofSeconds(1)),
        0,
        new Settings(
            Map.of(
                "heddle.agent.am-patience",
                "10min",
                "heddle.agent.lease",
                "60s",
                "heddle.docker.network",
                "host")));
  }

  private static AlgorithmContainer ended(Cause cause, int code, String detail) {
    return new AlgorithmContainer(
        CONTAINER, 1, true, Optional.empty(), Optional.of(new AllocationEnd(cause, code, detail)));
  }

  private AgentReport await(AgentPhase phase) {
    Awaitility.await("phase " + phase)
        .atMost(Duration.ofSeconds(20))
        .until(() -> !am.reports().isEmpty() && am.last().phase() == phase);
    return am.last();
  }

  /** Until the algorithm runs, with this at the beginning of its log. */
  private void run(String log) throws IOException {
    await(AgentPhase.READY);
    am.order(
        new Order.Start(
            2,
            List.of(
                new Order.HostAddress("algo-1", "127.0.0.8"),
                new Order.HostAddress("algo-2", "127.0.0.9")),
            "eth7"));
    Awaitility.await("the order to start")
        .atMost(Duration.ofSeconds(20))
        .until(() -> !am.started().isEmpty());
    Path logs = Files.createDirectories(dir.resolve("logs").resolve(CONTAINER));
    Files.writeString(logs.resolve("stdout.txt"), log);
    am.container(new AlgorithmContainer(CONTAINER, 1, true, Optional.empty(), Optional.empty()));
    await(AgentPhase.RUNNING);
  }

  @Test
  void theContainersWorldIsLaidOutBeforeItIsAskedFor() throws Exception {
    run("acc=0.75\n");
    ContainerSpec spec = am.started().get(0);
    assertEquals("local/fraud:4", spec.image());
    assertEquals(List.of("train"), spec.command());
    assertEquals("host", spec.network());
    assertEquals(List.of("/dev/shm"), spec.temporaryFileSystems());
    assertEquals("void", spec.environment().get("NVIDIA_VISIBLE_DEVICES"));
    assertEquals("fraud-17", spec.environment().get("TRAINING_JOB_NAME"));
    assertFalse(spec.environment().containsKey("PATH"), "the image's own");
    assertEquals(
        List.of("/opt/ml", "/etc/hosts", spec.environment().get("HOME")),
        spec.mounts().stream().map(Mount::target).toList());
    for (Mount mount : spec.mounts()) {
      assertTrue(Files.exists(Path.of(mount.source())), mount.source());
    }
    assertTrue(Files.readString(paths.hostsFile()).contains("127.0.0.9 algo-2"));
    am.container(ended(Cause.EXITED, 0, ""));
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(0, exited.exit().orElseThrow().code());
    assertEquals(0.75, exited.metrics().get(0).value());
  }

  @Test
  void aStopIsSignalledThroughTheMaster() throws Exception {
    run("");
    am.order(new Order.Stop(3, Duration.ofMillis(300)));
    Awaitility.await("TERM, then KILL")
        .atMost(Duration.ofSeconds(20))
        .until(() -> am.signals().equals(List.of(ContainerSignal.TERM, ContainerSignal.KILL)));
    am.container(ended(Cause.RELEASED, 0, "Container killed by the ApplicationMaster."));
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(137, exited.exit().orElseThrow().code());
    assertTrue(exited.exit().get().stopped());
  }

  @Test
  void aContainerThatNeverRanIsAFault() throws Exception {
    await(AgentPhase.READY);
    am.order(new Order.Start(2, List.of(new Order.HostAddress("algo-1", "127.0.0.8")), "eth7"));
    am.container(
        ended(Cause.LAUNCH_FAILED, 0, "Disallowed network:  'host' specified. Allowed: [none]"));
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(Fault.Blame.CLIENT, exited.fault().orElseThrow().blame());
    assertTrue(exited.fault().get().message().contains("heddle.docker.network"));
  }

  @Test
  void aHaltedAlgorithmsContainerIsHeldAndRunsTheNextAttempt() throws Exception {
    run("");
    am.order(new Order.Halt(3, Duration.ofSeconds(15)));
    Awaitility.await("the holder's order")
        .atMost(Duration.ofSeconds(20))
        .until(() -> am.holds().size() == 1);
    assertEquals(List.of(), am.signals());
    Files.createFile(Path.of(am.holds().get(0)));
    AgentReport halted = await(AgentPhase.EXITED);
    assertTrue(halted.exit().orElseThrow().stopped());
    am.order(new Order.Prepare(4, 2));
    am.container(new AlgorithmContainer(CONTAINER, 1, false, Optional.empty(), Optional.empty()));
    assertEquals(2, await(AgentPhase.READY).attempt());
    am.order(new Order.Start(5, List.of(new Order.HostAddress("algo-1", "127.0.0.8")), "eth7"));
    Awaitility.await("the second order to start")
        .atMost(Duration.ofSeconds(20))
        .until(() -> am.started().size() == 2);
    assertEquals("2", am.started().get(1).environment().get("HEDDLE_ATTEMPT"));
    am.container(ended(Cause.EXITED, 3, ""));
    am.container(new AlgorithmContainer(CONTAINER, 2, true, Optional.empty(), Optional.empty()));
    await(AgentPhase.RUNNING);
    am.container(
        new AlgorithmContainer(
            CONTAINER,
            2,
            true,
            Optional.empty(),
            Optional.of(new AllocationEnd(Cause.EXITED, 0, ""))));
    assertEquals(0, await(AgentPhase.EXITED).exit().orElseThrow().code());
  }
}
