package dev.heddle.pipemode.checkpoint;

import java.time.Duration;

/**
 * How far one host's checkpoints are in S3. The sums are over all runs of its folder.
 *
 * @param filesUploaded 0 or more; a file that went up again counts again
 * @param bytesUploaded of those files
 * @param filesDeleted objects that this host removed
 * @param pendingFiles changes that are not in S3: files to upload, and deletions to follow
 * @param lag how long ago the oldest of those changes was first seen; zero when there is none
 * @param trouble what is wrong, in one sentence; empty when nothing is, never null
 */
public record CheckpointStatus(
    long filesUploaded,
    long bytesUploaded,
    long filesDeleted,
    long pendingFiles,
    Duration lag,
    String trouble) {

  static final CheckpointStatus NOTHING_YET = new CheckpointStatus(0, 0, 0, 0, Duration.ZERO, "");
}
