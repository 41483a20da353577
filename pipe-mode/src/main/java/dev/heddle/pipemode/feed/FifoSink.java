package dev.heddle.pipemode.feed;

import dev.heddle.pipemode.kernel.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.function.BooleanSupplier;

/** The writing end of a pipe that has a reader. The reader sees its end when this is closed. */
final class FifoSink implements ByteSink {
  private final FileChannel channel;
  // Another descriptor of the same end, for what a channel can't be asked.
  private int watch;

  FifoSink(FileChannel channel, int watch) {
    this.channel = channel;
    this.watch = watch;
  }

  @Override
  public boolean write(ByteBuffer bytes) throws IOException, InterruptedException {
    return write(channel, bytes, this::readerGone);
  }

  /**
   * Writes to a pipe as {@link ByteSink#write} says.
   *
   * @param readerGone asked when a write failed
   */
  static boolean write(FileChannel to, ByteBuffer bytes, BooleanSupplier readerGone)
      throws IOException, InterruptedException {
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      return true;
    } catch (ClosedByInterruptException e) {
      boolean unused = Thread.interrupted();
      throw (InterruptedException) new InterruptedException().initCause(e);
    } catch (IOException e) {
      if (readerGone.getAsBoolean()) {
        return false;
      }
      throw e;
    }
  }

  /** May be asked by any thread. */
  synchronized boolean readerGone() {
    return watch >= 0 && Libc.readersGone(watch);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      closeWatch();
    }
  }

  private synchronized void closeWatch() {
    if (watch >= 0) {
      Libc.close(watch);
      watch = -1;
    }
  }
}
