package dev.heddle.pipemode.retry;

import dev.heddle.pipemode.ObjectStoreException;
import java.time.Duration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The failures of one call since it last got on. Not safe for use by many threads. */
public final class Attempts {
  private static final Logger LOG = LogManager.getLogger(Attempts.class);

  /** One failure now and then is a network's everyday life. */
  private static final int WORTH_A_WARNING = 3;

  private final String doing;
  private final Backoff backoff;
  private final FaultKinds kinds;

  /**
   * @param doing such as {@code read s3://b/k}
   * @param backoff this call's own
   */
  public Attempts(String doing, Backoff backoff, FaultKinds kinds) {
    this.doing = doing;
    this.backoff = backoff;
    this.kinds = kinds;
  }

  public int failures() {
    return backoff.failures();
  }

  /** The call got on; the time to try again counts anew. */
  public void progressed() {
    backoff.progressed();
  }

  /** Returns when it is time to try again, and throws when it isn't worth it any more. */
  public void failed(Exception failure) throws ObjectStoreException {
    if (kinds.interrupted(failure)) {
      throw kinds.stopped(doing, failure);
    }
    Duration tried = backoff.failed();
    if (!kinds.passing(failure) || backoff.spent()) {
      throw kinds.translate(doing, failure, tried);
    }
    if (backoff.failures() == WORTH_A_WARNING) {
      LOG.warn(
          "Could not {}: {}; trying again for {} s",
          doing,
          kinds.reason(failure),
          backoff.tryFor().toSeconds());
    }
    try {
      backoff.pause();
    } catch (InterruptedException e) {
      throw kinds.stopped(doing, e);
    }
  }
}
