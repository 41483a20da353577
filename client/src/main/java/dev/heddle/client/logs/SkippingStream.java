package dev.heddle.client.logs;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Drops the first bytes, which somebody has seen already. */
final class SkippingStream extends FilterOutputStream {
  private long left;

  SkippingStream(OutputStream to, long bytes) {
    super(to);
    this.left = bytes;
  }

  @Override
  public void write(int b) throws IOException {
    if (left > 0) {
      left--;
    } else {
      out.write(b);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int skipped = (int) Math.min(left, length);
    left -= skipped;
    out.write(bytes, offset + skipped, length - skipped);
  }
}
