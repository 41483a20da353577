package dev.heddle.client.cluster;

import java.io.IOException;

/** The ResourceManager answered, and said no; the message is its reason. */
public final class ClusterRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  public ClusterRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
