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
 * @param role assumed with those credentials; empty: they are used as they are
 */
public record S3Access(
    Optional<URI> endpoint,
    String region,
    boolean pathStyle,
    Optional<Keys> keys,
    Duration retryFor,
    Optional<AssumedRole> role) {

  /** Without a role to assume. */
  public S3Access(
      Optional<URI> endpoint,
      String region,
      boolean pathStyle,
      Optional<Keys> keys,
      Duration retryFor) {
    this(endpoint, region, pathStyle, keys, retryFor, Optional.empty());
  }

  public S3Access withRole(AssumedRole assumed) {
    return new S3Access(endpoint, region, pathStyle, keys, retryFor, Optional.of(assumed));
  }

  /** The same with another patience. */
  public S3Access retryingFor(Duration time) {
    return new S3Access(endpoint, region, pathStyle, keys, time, role);
  }

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

  /**
   * A role that AWS's Security Token Service gives temporary keys for.
   *
   * @param arn such as {@code arn:aws:iam::111122223333:role/train}
   * @param sessionName tells in AWS's logs who it was: 2 to 64 characters
   * @param stsEndpoint another server than the region's own of AWS; empty for that
   */
  public record AssumedRole(String arn, String sessionName, Optional<URI> stsEndpoint) {

    /**
     * @param jobName a training job's, of which the shortest is too short for a session
     */
    public static AssumedRole ofJob(String arn, String jobName, Optional<URI> stsEndpoint) {
      return new AssumedRole(arn, jobName.length() < 2 ? "job-" + jobName : jobName, stsEndpoint);
    }
  }
}
