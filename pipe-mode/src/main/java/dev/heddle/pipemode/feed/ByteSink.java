package dev.heddle.pipemode.feed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where an epoch's bytes go. */
public interface ByteSink extends Closeable {

  /**
   * Writes all of the buffer's remaining bytes; blocks while the reader is slower.
   *
   * @return false when the reader has closed its end, which is no error: the epoch is over
   * @throws InterruptedException when the thread was interrupted; the sink is closed then
   */
  boolean write(ByteBuffer bytes) throws IOException, InterruptedException;
}
