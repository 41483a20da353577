package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.CheckpointSync;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Keeps one host's checkpoints in S3, where all hosts of a job have them under one prefix. */
interface HostCheckpoints extends AutoCloseable {

  /** Makes the directory equal to the listing; blocks, and ends when interrupted. */
  void restore(List<CheckpointPage.Entry> listing) throws IOException, InterruptedException;

  /** From now on what changes in the directory goes to S3; the algorithm is about to run. */
  void watch() throws IOException;

  /**
   * Brings the rest to S3 and ends the watch; the algorithm has ended.
   *
   * @return what is not in S3 when the patience ends, one clause; empty when all is
   */
  String flush(Duration patience) throws InterruptedException;

  /** May be asked by any thread. */
  CheckpointSync status();

  /** Nothing is written to S3 any more. */
  @Override
  void close();
}
