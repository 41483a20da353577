package dev.heddle.pipemode.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A buffer's bytes as a stream; the SDK's own body would copy them. */
final class BufferStream extends InputStream {
  private final ByteBuffer bytes;

  BufferStream(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() {
    return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    int n = Math.min(length, bytes.remaining());
    if (n == 0) {
      return -1;
    }
    bytes.get(into, offset, n);
    return n;
  }

  @Override
  public int available() {
    return bytes.remaining();
  }
}
