package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.pipemode.ArchiveSlice;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One host's attempts, as orders from the ApplicationMaster and events on the node drive it. All
 * state belongs to one thread, the loop; it never waits for anything.
 */
final class Agent {
  /** Exit code: the ApplicationMaster ordered it to leave. */
  static final int LEFT = 0;

  /** Exit code: the lease ran out. */
  static final int LEASE_LOST = 81;

  private static final Logger LOG = LogManager.getLogger(Agent.class);
  private static final Duration FAREWELL_PATIENCE = Duration.ofSeconds(1);

  private final AgentIdentity me;
  private final Assignment assignment;
  private final EventLoop loop;
  private final RemoteContainer container;
  private final HostWork host;
  private final Worker worker;
  private final Lease lease;
  private final Heartbeats heartbeats;
  private final MetricScanner metrics;
  private final Standing standing;
  private final Training training;
  private final CompletableFuture<Integer> finished = new CompletableFuture<>();

  private HostList addresses = HostList.NONE;

  /**
   * @param vacancy asked when the ApplicationMaster doesn't answer: whether it is certain that none
   *     is in charge
   * @param thread one thread; the agent's own from now on
   */
  Agent(
      AgentIdentity me,
      Assignment assignment,
      AgentProtocol am,
      Predicate<IOException> vacancy,
      HostParts parts,
      NodePaths paths,
      ScheduledExecutorService thread) {
    this.me = me;
    this.assignment = assignment;
    this.loop = new EventLoop(thread, finished::completeExceptionally);
    AlgorithmLogs logs = new AlgorithmLogs(paths.logs());
    this.container = new RemoteContainer(am, me.containerId());
    this.lease =
        new Lease(
            assignment.settings().duration(Setting.AGENT_LEASE),
            assignment.settings().duration(Setting.AGENT_AM_PATIENCE),
            System.nanoTime());
    this.host =
        new HostWork(
            me,
            assignment,
            paths,
            parts,
            logs,
            container,
            new Listings(am, me.containerId()),
            () -> !lease.lost(System.nanoTime()));
    container.enter(assignment.attempt());
    this.worker = new Worker(loop);
    this.metrics = new MetricScanner(host.metricDefinitions(), logs, Clock.systemUTC());
    this.heartbeats =
        new Heartbeats(
            am,
            answers -> loop.ask(() -> report(answers)),
            reply -> loop.execute(() -> onReply(reply)),
            new LogReader(logs),
            vacancy,
            lease);
    this.standing = new Standing(host::name, heartbeats::wake, assignment.attempt());
    this.training =
        new Training(standing, host, worker, loop, metrics, assignment.settings(), this::act);
  }

  /** Works until it is told to leave or its lease is lost, and returns the exit code. */
  int run() throws InterruptedException {
    Duration often = assignment.settings().duration(Setting.AGENT_LEASE).dividedBy(50);
    loop.every(Duration.ofMillis(Math.max(1, often.toMillis())), this::checkLease);
    loop.execute(this::prepare);
    heartbeats.start();
    try {
      return finished.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      loop.close();
      worker.close();
      host.close();
      metrics.close();
      heartbeats.close();
    }
  }

  private void prepare() {
    LOG.info("{}: preparing", host.name());
    worker.begin(
        () -> {
          host.prepare();
          return null;
        },
        prepared -> download(),
        this::preparationFailed);
  }

  private void download() {
    if (!host.hasChannels()) {
      ready();
      return;
    }
    if (host.hasFiles()) {
      standing.enter(AgentPhase.DOWNLOADING);
    }
    worker.begin(
        () -> {
          host.bringData(failure -> loop.execute(() -> feedFailed(failure)));
          return null;
        },
        downloaded -> ready(),
        this::preparationFailed);
  }

  /**
   * The algorithm has a pipe open that can't be fed. It is stopped; the pipe stays open until it
   * has ended, so that it never takes what it has for all.
   */
  private void feedFailed(IOException cause) {
    if (!standing.isAfter(AgentPhase.RUNNING) && !standing.hasFailed()) {
      standing.fail(Faults.of(cause, "The feed of a Pipe channel"), cause);
      training.stopFaulty();
    }
  }

  private void ready() {
    standing.enter(AgentPhase.READY);
    act();
  }

  private void preparationFailed(Throwable cause) {
    standing.fail(Faults.of(cause, "The preparation of the host"), cause);
    standing.enter(AgentPhase.EXITED);
    act();
  }

  private void onReply(AgentReply reply) {
    reply.container().ifPresent(container::heard);
    if (!reply.addresses().isEmpty() && !reply.addresses().equals(addresses)) {
      takeAddresses(HostList.of(reply.addresses()));
    }
    standing.order(reply.order());
    act();
  }

  private void takeAddresses(HostList all) {
    addresses = all;
    LOG.info("{}: the hosts' containers have the addresses {}", host.name(), all);
    try {
      host.writeHosts(all);
    } catch (IOException e) {
      LOG.error("{}: the hosts file can't be written", host.name(), e);
    }
  }

  /** Takes the current order up as soon as the phase allows; called after every change. */
  private void act() {
    Order order = standing.open().orElse(null);
    if (order == null || finished.isDone()) {
      return;
    }
    if (order instanceof Order.Prepare prepare) {
      prepare(prepare);
    } else if (order instanceof Order.Halt halt) {
      training.halt(halt);
    } else if (order instanceof Order.Start start) {
      training.start(start);
    } else if (order instanceof Order.Stop stop) {
      training.stop(stop);
    } else if (order instanceof Order.Upload upload) {
      upload(upload);
    } else if (order instanceof Order.Append append) {
      append(append);
    } else if (order instanceof Order.Leave) {
      leave();
    }
  }

  private void prepare(Order.Prepare order) {
    if (order.attempt() > standing.attempt()) {
      if (training.goesOn()) {
        // Whoever gives the order takes it for ended: it must not run beside its successor.
        training.kill();
        return;
      }
      beginAttempt(order.attempt());
    }
    if (!standing.isBefore(AgentPhase.READY)) {
      standing.done();
    }
  }

  /** All that an attempt has is forgotten; channels that are there stay. */
  private void beginAttempt(int next) {
    worker.drop();
    training.forget();
    host.enter(next);
    container.enter(next);
    standing.begin(next);
    prepare();
  }

  private void upload(Order.Upload upload) {
    if (beginTransfer()) {
      worker.begin(() -> host.upload(upload), this::uploaded, this::uploadFailed);
    }
  }

  private void append(Order.Append append) {
    if (beginTransfer()) {
      worker.begin(() -> host.append(append), this::uploaded, this::uploadFailed);
    }
  }

  /** Whether the phase allows one; a transfer under an older order is given up for it. */
  private boolean beginTransfer() {
    if (standing.isBefore(AgentPhase.EXITED)) {
      return false;
    }
    if (standing.is(AgentPhase.UPLOADING)) {
      worker.drop();
    }
    standing.take();
    standing.forgetTransfer();
    standing.enter(AgentPhase.UPLOADING);
    return true;
  }

  private void uploaded(Map<String, ArchiveSlice> brought) {
    standing.brought(brought);
    standing.enter(AgentPhase.UPLOADED);
    standing.done();
  }

  private void uploadFailed(Throwable cause) {
    standing.fail(Faults.of(cause, "The upload of the model and the output"), cause);
    standing.enter(AgentPhase.UPLOADED);
    standing.done();
  }

  private void leave() {
    standing.take();
    worker.drop();
    training.killThen(this::sayFarewell);
  }

  private void sayFarewell() {
    LOG.info("{}: leaving", host.name());
    standing.done();
    // The ApplicationMaster may be gone already; nobody depends on this last report.
    heartbeats.last(() -> finished.complete(LEFT));
    var unused = loop.later(FAREWELL_PATIENCE, () -> finished.complete(LEFT));
  }

  private void checkLease() {
    long now = System.nanoTime();
    if (!lease.lost(now) || finished.isDone()) {
      return;
    }
    LOG.error(
        "{}: no answer from the ApplicationMaster for {} s: the lease is lost, everything ends",
        host.name(),
        lease.silence(now).toMillis() / 1000.0);
    worker.drop();
    training.kill();
    finished.complete(LEASE_LOST);
  }

  private AgentReport report(List<LogChunk> logs) {
    return standing.report(me, host.progress(), metrics.latest(), logs, addresses);
  }
}
