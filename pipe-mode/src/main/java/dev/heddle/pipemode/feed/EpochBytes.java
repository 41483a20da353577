package dev.heddle.pipemode.feed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What flows through one epoch's pipe. Taken by one thread; closed by any. */
public interface EpochBytes extends Closeable {

  /**
   * The next bytes, or null at the end; valid until the next call.
   *
   * @throws IOException when the data can't be had, for good; what was given so far is not all
   */
  ByteBuffer next() throws IOException, InterruptedException;

  /** Stored bytes whose data has been given so far: before decompression, without framing. */
  long storedBytes();

  /** Objects that have been given whole. */
  long objects();

  @Override
  void close();
}
