package dev.heddle.pipemode.retry;

import dev.heddle.pipemode.ObjectStoreException;
import java.time.Duration;

/** What one kind of store knows of its failures. */
public interface FaultKinds {

  /** Whether the same call may well succeed later. */
  boolean passing(Exception failure);

  /** Whether the calling thread was interrupted in the call. */
  boolean interrupted(Exception failure);

  /** The cause in a few words, without a full stop. */
  String reason(Exception failure);

  /**
   * What a call ends with.
   *
   * @param doing such as {@code read s3://b/k}
   * @param tried how long a passing fault was tried again
   */
  ObjectStoreException translate(String doing, Exception failure, Duration tried);

  /** What an interrupted call ends with; its thread's interrupt flag is set again. */
  default ObjectStoreException stopped(String doing, Exception failure) {
    Thread.currentThread().interrupt();
    return new ObjectStoreException(
        ObjectStoreException.Kind.UNREACHABLE, "Stopped while trying to " + doing + ".", failure);
  }
}
