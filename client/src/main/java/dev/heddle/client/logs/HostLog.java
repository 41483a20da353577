package dev.heddle.client.logs;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one stream of one host's algorithm: as it is, or line by line behind the host's name, so
 * that the streams of many hosts can be told apart.
 */
final class HostLog extends OutputStream {
  /** A line without an end is broken here, so that it can't fill the memory. */
  private static final int LONGEST = 1 << 20;

  private final PrintStream out;
  private final byte[] prefix;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private HostLog(PrintStream out, String prefix) {
    this.out = out;
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes as they come. */
  static HostLog plain(PrintStream out) {
    return new HostLog(out, "");
  }

  /** Whole lines behind the host's name. */
  static HostLog named(PrintStream out, String host) {
    return new HostLog(out, host + " | ");
  }

  @Override
  public void write(int b) {
    if (prefix.length == 0) {
      out.write(b);
      return;
    }
    line.write(b);
    if (b == '\n' || line.size() >= LONGEST) {
      flushLine(b == '\n');
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (prefix.length == 0) {
      out.write(bytes, offset, length);
      return;
    }
    for (int i = offset; i < offset + length; i++) {
      write(bytes[i]);
    }
  }

  /** Writes the last line, which may have no end. */
  @Override
  public void close() {
    if (line.size() > 0) {
      flushLine(false);
    }
    out.flush();
  }

  private void flushLine(boolean ended) {
    out.write(prefix, 0, prefix.length);
    out.write(line.toByteArray(), 0, line.size());
    if (!ended) {
      out.write('\n');
    }
    line.reset();
  }
}
