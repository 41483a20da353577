package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.runtime.AlgorithmStatus;
import dev.heddle.containerlauncher.runtime.RunningAlgorithm;
import dev.heddle.pipemode.ArchiveSlice;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
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
  private static final Duration METRIC_PAUSE = Duration.ofMillis(500);
  private static final Duration METRIC_PATIENCE = Duration.ofSeconds(10);
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
  private final CompletableFuture<Integer> finished = new CompletableFuture<>();

  private List<Order.HostAddress> addresses = List.of();
  private int attempt;
  private AgentPhase phase = AgentPhase.PREPARING;
  private Order order;
  private boolean taken;
  private long orderDone;
  private boolean starting;
  private Optional<AlgorithmRun> run = Optional.empty();
  private Optional<AlgorithmExit> exit = Optional.empty();
  private Optional<Fault> fault = Optional.empty();
  private Map<String, ArchiveSlice> slices = Map.of();

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
    this.attempt = assignment.attempt();
    container.enter(attempt);
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
      enter(AgentPhase.DOWNLOADING);
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
    if (phase.compareTo(AgentPhase.RUNNING) > 0 || fault.isPresent()) {
      return;
    }
    fail(Faults.of(cause, "The feed of a Pipe channel"), cause);
    if (run.isPresent()) {
      run.get().stop(assignment.settings().duration(Setting.STOP_GRACE));
    } // else it is just being started
  }

  private void ready() {
    enter(AgentPhase.READY);
    act();
  }

  private void preparationFailed(Throwable cause) {
    fail(Faults.of(cause, "The preparation of the host"), cause);
    enter(AgentPhase.EXITED);
    act();
  }

  private void onReply(AgentReply reply) {
    reply.container().ifPresent(container::heard);
    if (!reply.addresses().isEmpty() && !reply.addresses().equals(addresses)) {
      takeAddresses(reply.addresses());
    }
    Order next = reply.order();
    if (order == null || next.number() > order.number()) {
      LOG.info("{}: order {} {}", host.name(), next.number(), next.getClass().getSimpleName());
      order = next;
      taken = false;
    }
    act();
  }

  private void takeAddresses(List<Order.HostAddress> all) {
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
    if (order == null || taken || finished.isDone()) {
      return;
    }
    if (order instanceof Order.Prepare prepare) {
      prepare(prepare);
    } else if (order instanceof Order.Halt halt) {
      halt(halt);
    } else if (order instanceof Order.Start start) {
      start(start);
    } else if (order instanceof Order.Stop stop) {
      stop(stop);
    } else if (order instanceof Order.Upload upload) {
      upload(upload);
    } else if (order instanceof Order.Append append) {
      append(append);
    } else if (order instanceof Order.Leave) {
      leave();
    }
  }

  private void prepare(Order.Prepare order) {
    if (order.attempt() > attempt) {
      if (starting || phase == AgentPhase.RUNNING || phase == AgentPhase.SAVING) {
        // Whoever gives the order takes it for ended: it must not run beside its successor.
        run.ifPresent(AlgorithmRun::kill);
        return;
      }
      beginAttempt(order.attempt());
    }
    if (phase.compareTo(AgentPhase.READY) >= 0) {
      done();
    }
  }

  /** All that an attempt has is forgotten; channels that are there stay. */
  private void beginAttempt(int next) {
    worker.drop();
    attempt = next;
    run = Optional.empty();
    exit = Optional.empty();
    fault = Optional.empty();
    slices = Map.of();
    host.enter(next);
    container.enter(next);
    enter(AgentPhase.PREPARING);
    prepare();
  }

  private void start(Order.Start start) {
    if (phase == AgentPhase.READY) {
      taken = true;
      starting = true;
      worker.begin(() -> host.start(start), this::started, this::startFailed);
    } else if (phase.compareTo(AgentPhase.READY) > 0) {
      done(); // there is one start in an attempt
    }
  }

  private void started(RunningAlgorithm running) {
    starting = false;
    run = Optional.of(new AlgorithmRun(host.name(), running, loop));
    LOG.info("{}: algorithm: runs as process {}", host.name(), running.pid());
    enter(AgentPhase.RUNNING);
    doneIf(Order.Start.class);
    metrics.start(METRIC_PAUSE);
    if (fault.isPresent()) {
      run.get().stop(assignment.settings().duration(Setting.STOP_GRACE));
    }
    var unused =
        running
            .onExit()
            .whenComplete((status, cause) -> loop.execute(() -> algorithmEnded(status, cause)));
    act();
  }

  private void startFailed(Throwable cause) {
    starting = false;
    fail(Faults.of(cause, "The start of the algorithm"), cause);
    enter(AgentPhase.EXITED);
    doneIf(Order.Start.class);
    act();
  }

  private void algorithmEnded(AlgorithmStatus status, Throwable cause) {
    AlgorithmRun itsRun = run.orElseThrow();
    itsRun.ended();
    if (order instanceof Order.Leave) {
      sayFarewell();
      return;
    }
    if (cause != null) {
      Throwable real = cause instanceof CompletionException ? cause.getCause() : cause;
      fail(Faults.of(real, "The algorithm"), real);
      save();
      return;
    }
    LOG.info(
        "{}: algorithm: ended with code {}{}",
        host.name(),
        status.code(),
        status.signal() > 0 ? " (signal " + status.signal() + ")" : "");
    boolean byOrder = itsRun.wasStopped();
    worker.begin(
        () -> {
          metrics.finish(METRIC_PATIENCE);
          return host.conclude(status, byOrder);
        },
        concluded -> {
          exit = Optional.of(concluded);
          save();
        },
        failure -> {
          fail(Faults.of(failure, "The look at what the algorithm left"), failure);
          save();
        });
  }

  /** How it ended is told at once; that may take long while S3 is away. */
  private void save() {
    if (!host.keepsCheckpoints()) {
      exited();
      return;
    }
    enter(AgentPhase.SAVING);
    worker.begin(
        host::save,
        unsaved -> {
          exit = exit.map(known -> known.withRemark(unsaved));
          exited();
        },
        failure -> {
          LOG.error("{}: the last checkpoints can't be saved", host.name(), failure);
          exited();
        });
  }

  private void exited() {
    enter(AgentPhase.EXITED);
    doneIf(Order.Stop.class);
    doneIf(Order.Halt.class);
    act();
  }

  private void stop(Order.Stop stop) {
    end(itsRun -> itsRun.stop(stop.grace()));
  }

  private void halt(Order.Halt halt) {
    end(itsRun -> itsRun.halt(halt.grace()));
  }

  private void end(Consumer<AlgorithmRun> how) {
    switch (phase) {
      case PREPARING, DOWNLOADING -> {
        worker.drop();
        enter(AgentPhase.EXITED);
        done();
      }
      case READY -> {
        if (!starting) {
          enter(AgentPhase.EXITED);
          done();
        }
      }
      case RUNNING -> {
        taken = true;
        how.accept(run.orElseThrow());
      }
      case SAVING -> taken = true; // done when it is saved
      default -> done();
    }
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
    if (phase.compareTo(AgentPhase.EXITED) < 0) {
      return false;
    }
    if (phase == AgentPhase.UPLOADING) {
      worker.drop();
    }
    taken = true;
    // From here on a fault is the transfer's; the ApplicationMaster knows of any before.
    fault = Optional.empty();
    slices = Map.of();
    enter(AgentPhase.UPLOADING);
    return true;
  }

  private void uploaded(Map<String, ArchiveSlice> brought) {
    slices = brought;
    enter(AgentPhase.UPLOADED);
    done();
  }

  private void uploadFailed(Throwable cause) {
    fail(Faults.of(cause, "The upload of the model and the output"), cause);
    enter(AgentPhase.UPLOADED);
    done();
  }

  private void leave() {
    taken = true;
    worker.drop();
    if (run.isPresent() && !run.get().isOver()) {
      run.get().kill(); // its end brings the farewell
    } else {
      sayFarewell();
    }
  }

  private void sayFarewell() {
    LOG.info("{}: leaving", host.name());
    orderDone = order.number();
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
    run.ifPresent(AlgorithmRun::kill);
    finished.complete(LEASE_LOST);
  }

  private void enter(AgentPhase next) {
    if (phase != next) {
      LOG.info("{}: {} -> {}", host.name(), phase, next);
      phase = next;
    }
    heartbeats.wake();
  }

  /** The first fault counts; others follow from it. */
  private void fail(Fault what, Throwable cause) {
    LOG.error("{}: {}", host.name(), what.message(), cause);
    if (fault.isEmpty()) {
      fault = Optional.of(what);
    }
  }

  private void done() {
    taken = true;
    orderDone = order.number();
    heartbeats.wake();
  }

  /** The order is carried out, if it is still the current one. */
  private void doneIf(Class<? extends Order> kind) {
    if (kind.isInstance(order)) {
      done();
    }
  }

  private AgentReport report(List<LogChunk> logs) {
    return new AgentReport(
        me.host(),
        me.containerId(),
        attempt,
        orderDone,
        phase,
        host.progress(),
        exit,
        fault,
        slices,
        metrics.latest(),
        logs);
  }
}
