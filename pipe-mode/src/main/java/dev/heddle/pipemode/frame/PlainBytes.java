package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.read.OrderedStream;
import dev.heddle.pipemode.read.Run;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The stream's bytes as they are. */
final class PlainBytes implements EpochBytes {
  private final OrderedStream stream;

  PlainBytes(OrderedStream stream) {
    this.stream = stream;
  }

  @Override
  public ByteBuffer next() throws IOException, InterruptedException {
    Run run = stream.next();
    return run == null ? null : run.bytes();
  }

  @Override
  public long storedBytes() {
    return stream.taken();
  }

  @Override
  public long objects() {
    return stream.objects();
  }

  @Override
  public void close() {
    stream.close();
  }
}
