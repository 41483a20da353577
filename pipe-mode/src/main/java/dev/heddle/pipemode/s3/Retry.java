package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Tries a call again while it fails for passing reasons: after 100 ms, then twice as long each time
 * up to 10 s, of which a random half is taken off so that many hosts don't come back at once.
 */
final class Retry {
  private static final Logger LOG = LogManager.getLogger(Retry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** A call to S3. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  /** Waits; a test's doesn't. */
  @FunctionalInterface
  interface Pause {
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   * @param random 0 to 1
   */
  record Timing(LongSupplier nanoTime, Pause pause, DoubleSupplier random) {
    static final Timing REAL =
        new Timing(
            System::nanoTime,
            time -> Thread.sleep(time.toMillis()),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  private final Duration retryFor;
  private final Timing timing;

  Retry(Duration retryFor, Timing timing) {
    this.retryFor = retryFor;
    this.timing = timing;
  }

  /**
   * @param doing such as {@code read s3://b/k}
   */
  <T> T call(String doing, Call<T> call) throws ObjectStoreException {
    Attempts attempts = attempts(doing);
    while (true) {
      try {
        return call.run();
      } catch (ObjectStoreException e) {
        throw e;
      } catch (SdkException | IOException e) {
        attempts.failed(e);
      }
    }
  }

  /** The same without a second try. */
  Retry once() {
    return new Retry(Duration.ZERO, timing);
  }

  Attempts attempts(String doing) {
    return new Attempts(doing);
  }

  /** The failures of one call since it last got on. */
  final class Attempts {
    private final String doing;
    private int failures;
    private long firstFailure;

    private Attempts(String doing) {
      this.doing = doing;
    }

    int failures() {
      return failures;
    }

    /** The call got on; the time to try again counts anew. */
    void progressed() {
      failures = 0;
    }

    /** Returns when it is time to try again, and throws when it isn't worth it any more. */
    void failed(Exception failure) throws ObjectStoreException {
      if (Faults.interrupted(failure)) {
        throw Faults.stopped(doing, failure);
      }
      long now = timing.nanoTime().getAsLong();
      if (failures == 0) {
        firstFailure = now;
      }
      failures++;
      Duration tried = Duration.ofNanos(now - firstFailure);
      Duration left = retryFor.minus(tried);
      if (!Faults.passing(failure) || left.isZero() || left.isNegative()) {
        throw Faults.translate(doing, failure, tried);
      }
      if (failures == 1) {
        LOG.warn(
            "Could not {}: {}; trying again for {} s",
            doing,
            Faults.reason(failure),
            retryFor.toSeconds());
      }
      Duration pause = pause();
      try {
        timing.pause().sleep(pause.compareTo(left) < 0 ? pause : left);
      } catch (InterruptedException e) {
        throw Faults.stopped(doing, e);
      }
    }

    private Duration pause() {
      long whole =
          Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(20, failures - 1));
      return Duration.ofMillis(
          Math.max(1, (long) (whole * (0.5 + 0.5 * timing.random().getAsDouble()))));
    }
  }
}
