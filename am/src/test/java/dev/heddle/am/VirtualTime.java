package dev.heddle.am;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A clock, and the one thread of an executor, in a time that passes as fast as its work is done:
 * what is executed is done at once, what is scheduled when everything before it is done.
 */
final class VirtualTime extends AbstractExecutorService implements ScheduledExecutorService {
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparing(Timer::at).thenComparing(Timer::rank));
  private final Deque<Runnable> ready = new ArrayDeque<>();
  private Instant now = Instant.parse("2026-11-28T12:00:00Z");
  private boolean running;
  private long ranks;

  private final class Timer extends CompletableFuture<Void> implements ScheduledFuture<Void> {
    private final Instant at;
    private final long rank;
    private final Runnable what;

    Timer(Instant at, long rank, Runnable what) {
      this.at = at;
      this.rank = rank;
      this.what = what;
    }

    Instant at() {
      return at;
    }

    long rank() {
      return rank;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(Duration.between(now, at));
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  void after(Duration wait, Runnable what) {
    timers.add(new Timer(now.plus(wait), ranks++, what));
  }

  /** Lets the next moment come; false when there is none. */
  boolean step() {
    Timer next = timers.poll();
    if (next == null) {
      return false;
    }
    now = next.at().isBefore(now) ? now : next.at();
    if (!next.isCancelled()) {
      next.what.run();
    }
    return true;
  }

  @Override
  public void execute(Runnable command) {
    ready.add(command);
    if (running) {
      return;
    }
    running = true;
    try {
      for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
        next.run();
      }
    } finally {
      running = false;
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Instant at = now.plus(Duration.of(delay, unit.toChronoUnit()));
    Timer timer = new Timer(at, ranks++, () -> execute(command));
    timers.add(timer);
    return timer;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
