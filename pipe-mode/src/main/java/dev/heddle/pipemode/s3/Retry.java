package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.retry.Attempts;
import dev.heddle.pipemode.retry.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Tries a call to S3 again while it fails for passing reasons, at {@link Backoff}'s times. */
final class Retry {
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
    return new Attempts(
        doing,
        new Backoff(retryFor, timing.nanoTime(), timing.pause(), timing.random()),
        Faults.KINDS);
  }
}
