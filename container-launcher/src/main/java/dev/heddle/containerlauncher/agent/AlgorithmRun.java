package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.runtime.RunningAlgorithm;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * An algorithm from its start to its end, and how it is stopped. Used by the agent's loop alone.
 */
final class AlgorithmRun {
  private static final Logger LOG = LogManager.getLogger(AlgorithmRun.class);

  private final String name;
  private final RunningAlgorithm algorithm;
  private final EventLoop loop;
  private ScheduledFuture<?> killing;
  private boolean stopped;
  private boolean ended;

  /**
   * @param name what log lines begin with
   */
  AlgorithmRun(String name, RunningAlgorithm algorithm, EventLoop loop) {
    this.name = name;
    this.algorithm = algorithm;
    this.loop = loop;
  }

  /** TERM, once, and KILL after the grace; a later call sets the grace anew. */
  void stop(Duration grace) {
    stop(grace, algorithm::terminate);
  }

  /** The same, and its place is kept for the next attempt. */
  void halt(Duration grace) {
    stop(grace, algorithm::halt);
  }

  private void stop(Duration grace, Runnable how) {
    if (ended) {
      return;
    }
    if (!stopped) {
      stopped = true;
      LOG.info("{}: algorithm: TERM, {} s until KILL", name, grace.toMillis() / 1000.0);
      how.run();
    }
    if (killing != null) {
      killing.cancel(false);
    }
    killing = loop.later(grace, this::kill);
  }

  /** Ends it and all it started, whatever it is doing; one that has ended is left alone. */
  void kill() {
    if (!ended) {
      LOG.info("{}: algorithm: KILL", name);
      algorithm.kill();
    }
  }

  /** It is over. */
  void ended() {
    ended = true;
    if (killing != null) {
      killing.cancel(false);
    }
  }

  boolean isOver() {
    return ended;
  }

  /** Whether it was told to stop while it ran. */
  boolean wasStopped() {
    return stopped;
  }
}
