package dev.heddle.pipemode;

import java.io.IOException;

/** A final refusal of the object store; the message names the object and the cause for people. */
public final class ObjectStoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What a caller can do about it. */
  public enum Kind {
    /** The bucket or the object doesn't exist. */
    NOT_FOUND,
    /** The credentials are missing, wrong, expired, or don't allow it. */
    ACCESS_DENIED,
    /** The object is no longer the one that was listed. */
    CHANGED,
    /** No answer, or only server faults, for as long as was retried. */
    UNREACHABLE,
    /** Refused for another reason. */
    REFUSED
  }

  private final Kind kind;

  public ObjectStoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
