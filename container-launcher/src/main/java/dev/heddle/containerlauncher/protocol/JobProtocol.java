package dev.heddle.containerlauncher.protocol;

import java.io.IOException;

/** What a client says to the ApplicationMaster of a running job. */
public interface JobProtocol {

  /** The job's record as it stands now, in the DescribeTrainingJob shape with live figures. */
  String describe() throws IOException;

  /** Asks for a graceful stop; asking again changes nothing. */
  void stop() throws IOException;

  /**
   * Reads an algorithm's log while it is written.
   *
   * @param stream {@code stdout} or {@code stderr}
   * @throws IOException when there is no such host, or its agent doesn't answer in time
   */
  LogPage readLog(String host, String stream, long offset, int maxBytes) throws IOException;

  /**
   * A piece of a log.
   *
   * @param bytes empty when nothing stands at the offset yet
   * @param length the file's length now
   * @param ended whether the algorithm has ended, so that the file grows no more
   */
  @SuppressWarnings("ArrayRecordComponent") // printed once, never compared
  record LogPage(long offset, byte[] bytes, long length, boolean ended) {}
}
