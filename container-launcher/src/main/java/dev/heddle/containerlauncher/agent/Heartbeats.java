package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.LogRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Speaks to the ApplicationMaster on a schedule of its own, from its own thread, so that neither
 * the agent's work nor a slow call holds anything up.
 */
final class Heartbeats implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(Heartbeats.class);
  private static final Duration RETRY_MIN = Duration.ofMillis(100);
  private static final Duration RETRY_MAX = Duration.ofSeconds(1);

  /** So much log travels in one report at most. */
  private static final int MAX_LOG_BYTES = 4 << 20;

  /** Makes a report with the answers to log requests. */
  @FunctionalInterface
  interface ReportMaker {
    AgentReport make(List<LogChunk> logs) throws InterruptedException;
  }

  private final AgentProtocol am;
  private final ReportMaker report;
  private final Consumer<AgentReply> onReply;
  private final LogReader logs;
  private final Predicate<IOException> vacancy;
  private final Lease lease;
  private final Thread thread = new Thread(this::run, "heartbeats");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private boolean woken;
  private Runnable farewell;
  private volatile boolean closed;
  private List<LogChunk> answers = new ArrayList<>();

  /**
   * @param onReply called on the heartbeats' thread
   * @param vacancy asked when a heartbeat has failed: whether it is certain that none is in charge
   * @param lease is told who has answered when
   */
  Heartbeats(
      AgentProtocol am,
      ReportMaker report,
      Consumer<AgentReply> onReply,
      LogReader logs,
      Predicate<IOException> vacancy,
      Lease lease) {
    this.am = am;
    this.vacancy = vacancy;
    this.lease = lease;
    this.report = report;
    this.onReply = onReply;
    this.logs = logs;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Makes the next heartbeat come at once: something has changed. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Sends one more heartbeat, once, whether it arrives or not. */
  void last(Runnable afterwards) {
    lock.lock();
    try {
      farewell = afterwards;
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration retry = RETRY_MIN;
    while (!closed) {
      Runnable bye = takeFarewell();
      long sent = System.nanoTime();
      Duration pause;
      try {
        AgentReply reply = am.heartbeat(report.make(answers));
        lease.answered(sent);
        retry = RETRY_MIN;
        pause = reply.interval();
        answers = answer(reply.logRequests());
        onReply.accept(reply);
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        LOG.warn("heartbeat: failed, again in {} ms: {}", retry.toMillis(), e.toString());
        long seen = System.nanoTime();
        if (e instanceof IOException io && vacancy.test(io)) {
          lease.vacant(seen);
        }
        pause = retry;
        retry = min(retry.multipliedBy(2), RETRY_MAX);
      }
      if (bye != null) {
        bye.run();
        return;
      }
      if (!await(pause)) {
        return;
      }
    }
  }

  private Runnable takeFarewell() {
    lock.lock();
    try {
      woken = false;
      return farewell;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false when the thread should end. */
  private boolean await(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!woken && left > 0) {
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private List<LogChunk> answer(List<LogRequest> requests) {
    List<LogChunk> chunks = new ArrayList<>();
    int bytes = 0;
    for (LogRequest request : requests) {
      if (bytes < MAX_LOG_BYTES) {
        LogChunk chunk = logs.read(request);
        bytes += chunk.bytes().length;
        chunks.add(chunk);
      }
    }
    if (bytes > 0) {
      wake(); // someone is reading; an empty answer can wait, or it would be asked for at once
      // again
    }
    return chunks;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
