package dev.heddle.client.logs;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one stream of one host's algorithm: as it is, or line by line behind the host's name, so
 * that the streams of many hosts can be told apart.
 */
public final class HostLog extends OutputStream {
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
  public static HostLog plain(PrintStream out) {
    return new HostLog(out, "");
  }

  /** Whole lines behind the host's name. */
  public static HostLog named(PrintStream out, String host) {
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
    byte[] whole = Arrays.copyOf(prefix, prefix.length + line.size() + (ended ? 0 : 1));
    System.arraycopy(line.toByteArray(), 0, whole, prefix.length, line.size());
    if (!ended) {
      whole[whole.length - 1] = '\n';
    }
    // At once: other hosts may write to the same stream by other threads.
    out.write(whole, 0, whole.length);
    line.reset();
  }
}
