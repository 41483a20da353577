package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.retry.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import software.amazon.awssdk.core.exception.SdkException;

/** Tries a call to S3 again while it fails for passing reasons, at {@link Backoff}'s times. */
final class Retry {
  private static final Logger LOG = LogManager.getLogger(Retry.class);
  private static final int WORTH_A_WARNING = 3;

  /** A call to S3. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   * @param random 0 to 1
   */
  record Timing(LongSupplier nanoTime, Backoff.Pause pause, DoubleSupplier random) {
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
    private final Backoff backoff =
        new Backoff(retryFor, timing.nanoTime(), timing.pause(), timing.random());

    private Attempts(String doing) {
      this.doing = doing;
    }

    int failures() {
      return backoff.failures();
    }

    /** The call got on; the time to try again counts anew. */
    void progressed() {
      backoff.progressed();
    }

    /** Returns when it is time to try again, and throws when it isn't worth it any more. */
    void failed(Exception failure) throws ObjectStoreException {
      if (Faults.interrupted(failure)) {
        throw Faults.stopped(doing, failure);
      }
      Duration tried = backoff.failed();
      if (!Faults.passing(failure) || backoff.spent()) {
        throw Faults.translate(doing, failure, tried);
      }
      // One failure now and then is a network's everyday life.
      if (backoff.failures() == WORTH_A_WARNING) {
        LOG.warn(
            "Could not {}: {}; trying again for {} s",
            doing,
            Faults.reason(failure),
            retryFor.toSeconds());
      }
      try {
        backoff.pause();
      } catch (InterruptedException e) {
        throw Faults.stopped(doing, e);
      }
    }
  }
}
