package dev.heddle.containerlauncher.protocol;

/**
 * How far one host's checkpoints are in S3.
 *
 * @param files uploaded so far, over all attempts of this agent
 * @param bytes of those
 * @param pending files that have changed and are not in S3 yet
 * @param lagMillis the age of the oldest change that is not in S3 yet; 0 for none
 * @param trouble what hinders it now, one sentence; empty for nothing
 */
public record CheckpointSync(long files, long bytes, long pending, long lagMillis, String trouble) {
  public static final CheckpointSync NONE = new CheckpointSync(0, 0, 0, 0, "");
}
