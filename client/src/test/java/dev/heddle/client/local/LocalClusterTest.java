package dev.heddle.client.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.supervisor.Event;
import dev.heddle.client.engine.ContainerPlan;
import dev.heddle.client.engine.ContainerPlan.Bind;
import dev.heddle.client.engine.ContainerPlan.Limits;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts of this machine as the supervisor sees them, on an engine in memory. */
class LocalClusterTest {
  private static final ContainerSpec SPEC =
      new ContainerSpec(
          "local/shell",
          List.of("train"),
          Map.of("A", "b"),
          List.of(new ContainerSpec.Mount("/job/ml", "/opt/ml")),
          List.of("/dev/shm"),
          "net");

  @TempDir private Path directory;
  private final ScriptedEngine engine = new ScriptedEngine();
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Map<String, FakeAgent> agents = new ConcurrentHashMap<>();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private HostDirectories directories;
  private LocalCluster cluster;

  private static final class FakeAgent implements AgentProcess {
    final CompletableFuture<Integer> exit = new CompletableFuture<>();
    volatile boolean killed;

    @Override
    public CompletableFuture<Integer> onExit() {
      return exit;
    }

    @Override
    public void kill() {
      killed = true;
      exit.complete(137);
    }
  }

  @BeforeEach
  void start() throws IOException {
    directories = new HostDirectories(directory.resolve("run"));
    directories.create();
    Containers containers =
        new Containers(
            "1000:1001",
            false,
            List.of(new Bind("/src", "/opt/program", true)),
            Map.of("label", "value"),
            Optional.of(new Limits(1 << 20, 2)),
            new GpuShares(2, 1));
    ContainerWork work =
        new ContainerWork(
            engine, containers, directories, new PrintStream(shown, true, StandardCharsets.UTF_8));
    cluster =
        new LocalCluster(
            "run",
            (allocation, host) -> agents.computeIfAbsent(allocation, any -> new FakeAgent()),
            work,
            events::add);
    cluster.start();
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private <E extends Event> E next(Class<E> kind) throws InterruptedException {
    return kind.cast(events.poll(10, TimeUnit.SECONDS));
  }

  private void launch(int hosts) throws InterruptedException {
    assertEquals(new Event.ClusterReady(1), next(Event.ClusterReady.class));
    cluster.request(hosts);
    List<Event.Allocation> given = next(Event.Allocated.class).allocations();
    assertEquals(hosts, given.size());
    for (int k = 1; k <= hosts; k++) {
      assertEquals("run-" + k, given.get(k - 1).id());
      cluster.launch("run-" + k, "algo-" + k);
    }
  }

  private AlgorithmContainer running(String allocation, int attempt) {
    cluster.startAlgorithm(allocation, attempt, SPEC);
    await()
        .until(
            () ->
                cluster
                    .algorithm(allocation)
                    .filter(c -> c.attempt() == attempt && c.started())
                    .isPresent());
    return cluster.algorithm(allocation).orElseThrow();
  }

  private AllocationEnd ended(String allocation) {
    await().until(() -> cluster.algorithm(allocation).flatMap(AlgorithmContainer::end).isPresent());
    return cluster.algorithm(allocation).orElseThrow().end().orElseThrow();
  }

  @Test
  void aContainerIsWhatTheAgentWantsAndWhatTheUserAdds() throws InterruptedException {
    launch(2);

    AlgorithmContainer view = running("run-2", 1);

    ContainerPlan plan = engine.container("run-2").plan;
    assertEquals("run-2", view.id());
    assertEquals(Optional.of("172.18.0.1"), view.address());
    assertEquals("algo-2", plan.hostName());
    assertEquals("1000:1001", plan.user());
    assertEquals(List.of("train"), plan.command());
    assertEquals(Map.of("A", "b", "HEDDLE_CONTAINER_ID", "run-2"), plan.environment());
    assertEquals(
        List.of(new Bind("/job/ml", "/opt/ml", false), new Bind("/src", "/opt/program", true)),
        plan.binds());
    assertEquals(List.of("/dev/shm"), plan.temporaryFileSystems());
    assertEquals("net", plan.network());
    assertEquals(List.of("1"), plan.gpus());
    assertEquals(Optional.of(new Limits(1 << 20, 2)), plan.limits());
    assertEquals(Map.of("label", "value"), plan.labels());
  }

  @Test
  void whatItPrintsIsKeptWholeBeforeItsEndIsTold() throws Exception {
    launch(1);
    AlgorithmContainer view = running("run-1", 1);
    Path log = directories.logs().resolve(view.id());
    assertTrue(Files.exists(log.resolve("stdout.txt")), "the agent waits for it");

    engine.end("run-1", 3, false);

    assertEquals(new AllocationEnd(Cause.EXITED, 3, ""), ended("run-1"));
    assertEquals("begins\n", Files.readString(log.resolve("stdout.txt")));
    assertEquals("ends without a line's end", Files.readString(log.resolve("stderr.txt")));
    assertEquals(
        "algo-1 | begins\nalgo-1 | ends without a line's end\n",
        shown.toString(StandardCharsets.UTF_8));
    assertEquals(List.of(), engine.names());
  }

  @Test
  void anOrderThatIsRepeatedChangesNothing() throws InterruptedException {
    launch(1);
    running("run-1", 1);

    cluster.startAlgorithm("run-1", 1, SPEC);
    engine.end("run-1", 0, false);
    assertEquals(0, ended("run-1").exitCode());
    cluster.startAlgorithm("run-1", 1, SPEC);

    assertEquals("run-1-attempt-2", running("run-1", 2).id());
    assertEquals(List.of("run-1-attempt-2"), engine.names());
    assertEquals("run-1-attempt-2", cluster.container("run-1"));
  }

  @Test
  void theKernelsKillForTooMuchMemoryIsToldApart() throws InterruptedException {
    launch(1);
    running("run-1", 1);

    engine.end("run-1", 137, true);

    assertEquals(Cause.OUT_OF_MEMORY, ended("run-1").cause());
  }

  @Test
  void aContainerThatCannotBeStartedIsToldInTheEnginesWords() throws InterruptedException {
    launch(1);
    engine.refusal = "exec: \"train\": executable file not found in $PATH";

    cluster.startAlgorithm("run-1", 1, SPEC);

    assertEquals(new AllocationEnd(Cause.LAUNCH_FAILED, 0, engine.refusal), ended("run-1"));
    assertFalse(cluster.algorithm("run-1").orElseThrow().started());
    assertEquals(List.of(), engine.names());
  }

  @Test
  void aSignalBeforeTheStartIsSentAfterIt() throws InterruptedException {
    launch(1);
    cluster.startAlgorithm("run-1", 1, SPEC);
    cluster.signalAlgorithm("run-1", ContainerSignal.TERM);

    assertEquals(new AllocationEnd(Cause.EXITED, 143, ""), ended("run-1"));
  }

  @Test
  void ourOwnKillIsNoKillFromOutside() throws InterruptedException {
    launch(1);
    running("run-1", 1);

    cluster.signalAlgorithm("run-1", ContainerSignal.KILL);

    assertEquals(Cause.RELEASED, ended("run-1").cause());
  }

  @Test
  void aHeldPlaceIsMarkedOnlyOnceItsAlgorithmHasEnded() throws InterruptedException {
    launch(1);
    running("run-1", 1);
    engine.obedient = false;
    Path mark = directory.resolve("held");

    cluster.holdAlgorithm("run-1", mark.toString());
    await().until(() -> engine.container("run-1").signals.contains("TERM"));
    assertFalse(Files.exists(mark));
    engine.end("run-1", 143, false);

    await().until(() -> Files.exists(mark));
    assertEquals(Optional.empty(), cluster.algorithm("run-1").orElseThrow().end());
    running("run-1", 2);
  }

  @Test
  void aHostWithoutItsAgentIsLostAndItsContainerGoes() throws InterruptedException {
    launch(2);
    running("run-1", 1);

    agents.get("run-1").exit.complete(81);

    assertEquals(
        new Event.AllocationEnded("run-1", new AllocationEnd(Cause.EXITED, 81, "")),
        next(Event.AllocationEnded.class));
    await().until(() -> engine.names().isEmpty());
    assertEquals(Optional.empty(), cluster.algorithm("run-1"));
  }

  @Test
  void aReleasedHostGoesSilentlyAndWithItsFiles() throws Exception {
    launch(1);
    Files.createDirectories(directories.work("run-1").resolve("ml"));
    running("run-1", 1);

    cluster.release("run-1");

    await().until(() -> engine.names().isEmpty());
    assertTrue(agents.get("run-1").killed);
    await().until(() -> !Files.exists(directories.work("run-1")));
    assertEquals(List.of(), List.copyOf(events));
  }

  @Test
  void theEndTakesEverythingWithIt() throws InterruptedException {
    launch(3);
    running("run-1", 1);
    running("run-3", 1);

    cluster.close();

    assertEquals(List.of(), engine.names());
    agents.values().forEach(agent -> assertTrue(agent.killed));
  }
}
