package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.read.OrderedStream;
import dev.heddle.pipemode.read.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/** One piece after the other of a stream that keeps them apart, each as an input stream. */
final class PieceInput extends InputStream {
  private final OrderedStream stream;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private boolean last = true;

  PieceInput(OrderedStream stream) {
    this.stream = stream;
  }

  /** Goes on to the next piece, when the former was read to its end; false when there is none. */
  boolean nextPiece() throws IOException, InterruptedException {
    while (!last || bytes.hasRemaining()) {
      bytes.position(bytes.limit());
      if (!last) {
        take();
      }
    }
    return take();
  }

  private boolean take() throws IOException, InterruptedException {
    Run run = stream.next();
    if (run == null) {
      return false;
    }
    bytes = run.bytes();
    last = run.endsPiece();
    return true;
  }

  /** Whether the piece has bytes, or more of them. */
  private boolean hasMore() throws IOException {
    try {
      while (!bytes.hasRemaining() && !last) {
        take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException().initCause(e);
    }
    return bytes.hasRemaining();
  }

  @Override
  public int read() throws IOException {
    return hasMore() ? bytes.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    int n = Math.min(length, bytes.remaining());
    bytes.get(into, offset, n);
    return n;
  }
}
