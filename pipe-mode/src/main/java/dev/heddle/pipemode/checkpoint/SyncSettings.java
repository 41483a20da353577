package dev.heddle.pipemode.checkpoint;

import java.time.Duration;

/**
 * How a checkpoint directory is kept in S3 while its algorithm runs.
 *
 * @param scanEvery how long after a scan of the directory the next one begins; longer where scans
 *     take long, so that they take a twentieth of the time at most
 * @param steadyFor how long a file must be as it is before it goes up, and be gone before it is
 *     deleted in S3
 * @param connections how many parts of a file go up at once, 1 or more; few, so that the network is
 *     the algorithm's
 * @param partBytes files up to this size go up whole, larger ones in parts of this size, or of more
 *     where they would be over 10,000; 5 MiB or more
 */
public record SyncSettings(Duration scanEvery, Duration steadyFor, int connections, int partBytes) {

  public static final SyncSettings DEFAULT =
      new SyncSettings(Duration.ofSeconds(2), Duration.ofSeconds(1), 4, 8 << 20);

  /** As S3 wants it of every part but the last. */
  private static final int SMALLEST_PART = 5 << 20;

  public SyncSettings {
    if (scanEvery.isNegative() || steadyFor.isNegative()) {
      throw new IllegalArgumentException("negative: " + scanEvery + ", " + steadyFor);
    }
    if (connections < 1 || partBytes < SMALLEST_PART) {
      throw new IllegalArgumentException(connections + " connections, parts of " + partBytes);
    }
  }
}
