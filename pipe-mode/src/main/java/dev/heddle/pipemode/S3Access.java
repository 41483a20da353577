package dev.heddle.pipemode;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach S3 and as whom.
 *
 * @param endpoint another server than AWS's own; empty for AWS
 * @param region never empty
 * @param pathStyle whether the bucket stands in the path (most servers other than AWS's want that)
 * @param keys the caller's own credentials; empty for the SDK's default chain on the machine
 * @param retryFor how long a call that fails for passing reasons is tried again
 */
public record S3Access(
    Optional<URI> endpoint,
    String region,
    boolean pathStyle,
    Optional<Keys> keys,
    Duration retryFor) {

  /**
   * An access key. Never printed.
   *
   * @param sessionToken empty for a long-lived key
   */
  public record Keys(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
    @Override
    public String toString() {
      return "Keys[***]";
    }
  }
}
