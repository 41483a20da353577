package dev.heddle.am;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.FaultPolicy;
import dev.heddle.am.supervisor.JobPlan;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobLoopTest {
  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService s3 = Executors.newSingleThreadExecutor();
  private final FakeCluster cluster = new FakeCluster();
  private final BlockingQueue<JobView> kept = new LinkedBlockingQueue<>();
  private final JobLoop loop = loop(plan(2, Duration.ofMillis(50)));

  /** Notes what is wanted of it. */
  private static final class FakeCluster implements Cluster {
    final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    @Override
    public void request(int count) {
      calls.add("request " + count);
    }

    @Override
    public void cancelRequests() {
      calls.add("cancel");
    }

    @Override
    public void release(String allocation) {
      calls.add("release " + allocation);
    }

    @Override
    public void launch(String allocation, String host) {
      calls.add("launch " + host + " in " + allocation);
    }

    @Override
    public void startAlgorithm(String allocation, int attempt, ContainerSpec spec) {}

    @Override
    public void holdAlgorithm(String allocation, String mark) {}

    @Override
    public void avoid(String node, Duration time) {}

    @Override
    public void renew(String allocation) {}

    @Override
    public void signalAlgorithm(String allocation, ContainerSignal signal) {}

    @Override
    public Optional<AlgorithmContainer> algorithm(String allocation) {
      return Optional.empty();
    }

    @Override
    public String container(String allocation) {
      return allocation;
    }

    @Override
    public void hurry(boolean soon) {}

    @Override
    public void finish(TrainingJobStatus status, String diagnostics) {}

    @Override
    public void close() {}
  }

  private static JobPlan plan(int hosts, Duration gangTimeout) {
    return new JobPlan(
        "job",
        "the logs of %s",
        hosts,
        "a host",
        true,
        gangTimeout,
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofHours(1),
        Duration.ofMinutes(2),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(30),
        false,
        FaultPolicy.JOB,
        Duration.ZERO,
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        0,
        0,
        ObjectUri.parse("s3://b/out/job/output"),
        true,
        8 << 20);
  }

  private CheckpointListings noCheckpoints() {
    return new CheckpointListings(
        Optional.empty(),
        () -> {
          throw new IllegalStateException("no S3 in this test");
        },
        s3,
        attempt -> {
          throw new IOException("no journal in this test");
        });
  }

  private JobLoop loop(JobPlan plan) {
    Clock clock = Clock.systemUTC();
    Artifacts artifacts =
        new Artifacts(
            () -> {
              throw new IllegalStateException("no S3 in this test");
            },
            s3);
    return new JobLoop(
        new Supervisor(plan, 1, clock.instant()),
        entries -> {},
        cluster,
        artifacts,
        noCheckpoints(),
        kept::add,
        clock,
        executor);
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
    s3.shutdownNow();
  }

  private String next() throws InterruptedException {
    return cluster.calls.poll(10, TimeUnit.SECONDS);
  }

  @Test
  void aDeadlineOfTheSupervisorIsKeptWithoutAnyEvent() throws Exception {
    loop.post(new Event.ClusterReady(3));
    assertEquals("request 2", next());
    loop.post(new Event.Allocated(List.of(new Event.Allocation("a", "n1"))));
    assertEquals("cancel", next());
    assertEquals("release a", next());
    assertEquals("request 2", next(), "asked again after the wait");
    assertEquals(SecondaryStatus.PENDING, kept.take().secondary());
  }

  @Test
  void anAgentGetsTheOrderThatItsOwnReportBringsAbout() throws Exception {
    loop.post(new Event.ClusterReady(3));
    loop.post(
        new Event.Allocated(
            List.of(new Event.Allocation("a", "n1"), new Event.Allocation("b", "n2"))));
    Optional<Order> order =
        loop.exchange("a", new Event.AgentJoined("a", "10.0.0.1", "eth0")).get();
    assertTrue(order.orElseThrow() instanceof Order.Prepare);
    loop.post(new Event.StopRequested());
    assertTrue(loop.exchange("a", new Event.Tick()).get().orElseThrow() instanceof Order.Stop);
    assertEquals(Optional.empty(), loop.exchange("unknown", new Event.Tick()).get());
  }

  @Test
  void theEndIsToldOnceTheSupervisorHasFinished() throws Exception {
    loop.post(new Event.StopRequested());
    assertEquals(SecondaryStatus.STOPPED, loop.end().get(10, TimeUnit.SECONDS).status());
  }

  @Test
  void anUploadThatThrowsIsNoEndlessWait() throws Exception {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    Artifacts broken =
        new Artifacts(
            () -> {
              throw new IllegalStateException("broken");
            },
            s3);
    broken.open(
        new Action.OpenUploads(1, Map.of("model.tar.gz", ObjectUri.parse("s3://b/m"))),
        events::add);
    Event event = events.poll(10, TimeUnit.SECONDS);
    assertTrue(event instanceof Event.UploadsFailed, String.valueOf(event));
  }

  @Test
  void aBrokenSupervisorEndsTheLoop() {
    JobLoop broken = loop(null);
    broken.post(new Event.ClusterReady(1));
    assertThrows(ExecutionException.class, () -> broken.end().get(10, TimeUnit.SECONDS));
  }
}
