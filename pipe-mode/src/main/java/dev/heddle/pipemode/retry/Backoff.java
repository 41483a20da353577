package dev.heddle.pipemode.retry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The times at which one call is tried again: after 100 ms, then twice as long each time up to 10
 * s, of which a random half is taken off so that many hosts don't come back at once. Not safe for
 * use by many threads.
 */
public final class Backoff {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Waits; a test's doesn't. */
  @FunctionalInterface
  public interface Pause {
    void sleep(Duration time) throws InterruptedException;
  }

  private final Duration tryFor;
  private final LongSupplier nanoTime;
  private final Pause pause;
  private final DoubleSupplier random;
  private int failures;
  private long firstFailure;
  private Duration failing = Duration.ZERO;

  /**
   * @param tryFor how long after the first failure it is tried again; zero for a single try
   * @param nanoTime as {@link System#nanoTime}
   * @param random 0 to 1
   */
  public Backoff(Duration tryFor, LongSupplier nanoTime, Pause pause, DoubleSupplier random) {
    this.tryFor = tryFor;
    this.nanoTime = nanoTime;
    this.pause = pause;
    this.random = random;
  }

  /** By the machine's own clock. */
  public static Backoff real(Duration tryFor) {
    return new Backoff(
        tryFor,
        System::nanoTime,
        time -> Thread.sleep(time.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /** How often it failed since it last got on. */
  public int failures() {
    return failures;
  }

  public Duration tryFor() {
    return tryFor;
  }

  /** The call got on; the time to try again counts anew. */
  public void progressed() {
    failures = 0;
  }

  /** Counts a failure, and returns for how long the call has been failing. */
  public Duration failed() {
    long now = nanoTime.getAsLong();
    if (failures == 0) {
      firstFailure = now;
    }
    failures++;
    failing = Duration.ofNanos(now - firstFailure);
    return failing;
  }

  /** Whether it isn't worth trying again, after a failure. */
  public boolean spent() {
    return failing.compareTo(tryFor) >= 0;
  }

  /** Waits until it is time to try again. */
  public void pause() throws InterruptedException {
    long whole =
        Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(20, failures - 1));
    Duration time =
        Duration.ofMillis(Math.max(1, (long) (whole * (0.5 + 0.5 * random.getAsDouble()))));
    Duration left = tryFor.minus(failing);
    pause.sleep(time.compareTo(left) < 0 ? time : left);
  }
}
