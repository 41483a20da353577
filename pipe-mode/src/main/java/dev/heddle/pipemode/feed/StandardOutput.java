package dev.heddle.pipemode.feed;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;

/** This process's standard output, whether it is a pipe or not. */
public final class StandardOutput implements ByteSink {
  private static final int DESCRIPTOR = 1;

  private final FileChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();

  public StandardOutput() {
    Fifo.enlarge(DESCRIPTOR);
  }

  @Override
  public boolean write(ByteBuffer bytes) throws IOException, InterruptedException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return true;
    } catch (ClosedByInterruptException e) {
      boolean unused = Thread.interrupted();
      throw (InterruptedException) new InterruptedException().initCause(e);
    } catch (IOException e) {
      if (Libc.readersGone(DESCRIPTOR)) {
        return false;
      }
      throw e;
    }
  }

  /** The process closes it. */
  @Override
  public void close() {}
}
