package dev.heddle.pipemode.s3;

import java.io.Closeable;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections from which no byte comes: a read of a channel has no time limit of its own.
 */
final class StallWatch implements Closeable {

  /** A read that is looked after; used by one thread. */
  final class Watched implements AutoCloseable {
    private final Connection connection;
    private volatile long lastByte = System.nanoTime();
    private volatile boolean stalled;

    private Watched(Connection connection) {
      this.connection = connection;
    }

    /** Bytes have come. */
    void alive() {
      lastByte = System.nanoTime();
    }

    /** Whether the connection was closed because nothing came. */
    boolean stalled() {
      return stalled;
    }

    private void check(long now) {
      if (now - lastByte > patience.toNanos()) {
        stalled = true;
        connection.close();
      }
    }

    @Override
    public void close() {
      all.remove(this);
    }
  }

  private final Duration patience;
  private final ScheduledExecutorService scheduler;
  private final Set<Watched> all = ConcurrentHashMap.newKeySet();

  /**
   * @param patience how long a read may wait for the next byte
   * @param scheduler its own from now on
   */
  StallWatch(Duration patience, ScheduledExecutorService scheduler) {
    this.patience = patience;
    this.scheduler = scheduler;
    long period = Math.max(1, patience.toMillis() / 10);
    var unused =
        scheduler.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  Watched watch(Connection connection) {
    Watched watched = new Watched(connection);
    all.add(watched);
    return watched;
  }

  Duration patience() {
    return patience;
  }

  private void check() {
    long now = System.nanoTime();
    all.forEach(each -> each.check(now));
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }
}
