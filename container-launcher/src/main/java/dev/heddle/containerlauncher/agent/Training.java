package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.runtime.AlgorithmStatus;
import dev.heddle.containerlauncher.runtime.RunningAlgorithm;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The algorithm of an attempt, from the order to start it until its last checkpoints are saved.
 * Used by the agent's loop alone.
 */
final class Training {
  private static final Logger LOG = LogManager.getLogger(Training.class);
  private static final Duration METRIC_PAUSE = Duration.ofMillis(500);
  private static final Duration METRIC_PATIENCE = Duration.ofSeconds(10);

  private final Standing standing;
  private final HostWork host;
  private final Worker worker;
  private final EventLoop loop;
  private final MetricScanner metrics;
  private final Settings settings;
  private final Runnable changed;

  private boolean starting;
  private Optional<AlgorithmRun> run = Optional.empty();
  private Optional<Runnable> instead = Optional.empty();

  /**
   * @param settings {@code heddle.stop.grace}, for an algorithm that can't be fed any more
   * @param changed called when another order may be taken up
   */
  Training(
      Standing standing,
      HostWork host,
      Worker worker,
      EventLoop loop,
      MetricScanner metrics,
      Settings settings,
      Runnable changed) {
    this.standing = standing;
    this.host = host;
    this.worker = worker;
    this.loop = loop;
    this.metrics = metrics;
    this.settings = settings;
    this.changed = changed;
  }

  /**
   * Whether there is an algorithm, or will be one in a moment, or its checkpoints are on the way.
   */
  boolean goesOn() {
    return starting || standing.is(AgentPhase.RUNNING) || standing.is(AgentPhase.SAVING);
  }

  /** The attempt is over; another one follows. */
  void forget() {
    run = Optional.empty();
  }

  void start(Order.Start start) {
    if (standing.is(AgentPhase.READY)) {
      standing.take();
      starting = true;
      worker.begin(() -> host.start(start), this::started, this::startFailed);
    } else if (standing.isAfter(AgentPhase.READY)) {
      standing.done(); // there is one start in an attempt
    }
  }

  private void started(RunningAlgorithm running) {
    starting = false;
    run = Optional.of(new AlgorithmRun(host.name(), running, loop));
    LOG.info("{}: algorithm: runs as process {}", host.name(), running.pid());
    standing.enter(AgentPhase.RUNNING);
    standing.doneIf(Order.Start.class);
    metrics.start(METRIC_PAUSE);
    if (standing.hasFailed()) {
      stopFaulty();
    }
    var unused =
        running.onExit().whenComplete((status, cause) -> loop.execute(() -> ended(status, cause)));
    changed.run();
  }

  private void startFailed(Throwable cause) {
    starting = false;
    standing.fail(Faults.of(cause, "The start of the algorithm"), cause);
    standing.enter(AgentPhase.EXITED);
    standing.doneIf(Order.Start.class);
    changed.run();
  }

  private void ended(AlgorithmStatus status, Throwable cause) {
    AlgorithmRun its = run.orElseThrow();
    its.ended();
    if (instead.isPresent()) {
      instead.get().run();
      return;
    }
    if (cause != null) {
      Throwable real = cause instanceof CompletionException ? cause.getCause() : cause;
      standing.fail(Faults.of(real, "The algorithm"), real);
      save();
      return;
    }
    LOG.info(
        "{}: algorithm: ended with code {}{}",
        host.name(),
        status.code(),
        status.signal() > 0 ? " (signal " + status.signal() + ")" : "");
    boolean byOrder = its.wasStopped();
    worker.begin(
        () -> {
          metrics.finish(METRIC_PATIENCE);
          return host.conclude(status, byOrder);
        },
        concluded -> {
          standing.ended(concluded);
          save();
        },
        failure -> {
          standing.fail(Faults.of(failure, "The look at what the algorithm left"), failure);
          save();
        });
  }

  /** How it ended is told at once; that may take long while S3 is away. */
  private void save() {
    if (!host.keepsCheckpoints()) {
      exited();
      return;
    }
    standing.enter(AgentPhase.SAVING);
    worker.begin(
        host::save,
        unsaved -> {
          standing.remark(unsaved);
          exited();
        },
        failure -> {
          LOG.error("{}: the last checkpoints can't be saved", host.name(), failure);
          exited();
        });
  }

  private void exited() {
    standing.enter(AgentPhase.EXITED);
    standing.doneIf(Order.Stop.class);
    standing.doneIf(Order.Halt.class);
    changed.run();
  }

  void stop(Order.Stop stop) {
    end(its -> its.stop(stop.grace()));
  }

  void halt(Order.Halt halt) {
    end(its -> its.halt(halt.grace()));
  }

  private void end(Consumer<AlgorithmRun> how) {
    switch (standing.phase()) {
      case PREPARING, DOWNLOADING -> {
        worker.drop();
        standing.enter(AgentPhase.EXITED);
        standing.done();
      }
      case READY -> {
        if (!starting) {
          standing.enter(AgentPhase.EXITED);
          standing.done();
        }
      }
      case RUNNING -> {
        standing.take();
        how.accept(run.orElseThrow());
      }
      case SAVING -> standing.take(); // done when it is saved
      default -> standing.done();
    }
  }

  /** It can't be fed any more; one that is just being started is stopped then. */
  void stopFaulty() {
    run.ifPresent(its -> its.stop(settings.duration(Setting.STOP_GRACE)));
  }

  void kill() {
    run.ifPresent(AlgorithmRun::kill);
  }

  /** Kills what runs; what it leaves is looked at no more. */
  void killThen(Runnable afterwards) {
    if (run.isPresent() && !run.get().isOver()) {
      instead = Optional.of(afterwards);
      run.get().kill();
    } else {
      afterwards.run();
    }
  }
}
