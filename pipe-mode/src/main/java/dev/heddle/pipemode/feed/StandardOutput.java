package dev.heddle.pipemode.feed;

import dev.heddle.pipemode.kernel.Libc;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    return FifoSink.write(channel, bytes, () -> Libc.readersGone(DESCRIPTOR));
  }

  /** The process closes it. */
  @Override
  public void close() {}
}
