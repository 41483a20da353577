package dev.heddle.client.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Takes one log file out of the text that Hadoop's readers print around it: {@code
 * LogType:stdout.txt}, {@code LogLength:123}, {@code LogContents:}, then exactly so many bytes,
 * which may themselves look like such lines.
 */
final class LogFraming extends OutputStream {
  private static final int LONGEST_HEADER = 1 << 16;

  private final String wanted;
  private final OutputStream to;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();
  private String type = "";
  private long length = -1;
  private long left;
  private boolean found;

  /**
   * @param wanted the file's name; others are dropped
   */
  LogFraming(String wanted, OutputStream to) {
    this.wanted = wanted;
    this.to = to;
  }

  /** Whether the file was there, be it empty. */
  boolean found() {
    return found;
  }

  @Override
  public void write(int b) throws IOException {
    if (left > 0) {
      if (type.equals(wanted)) {
        to.write(b);
      }
      left--;
      return;
    }
    if (b != '\n') {
      if (header.size() < LONGEST_HEADER) {
        header.write(b);
      }
      return;
    }
    line(header.toString(StandardCharsets.UTF_8));
    header.reset();
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int at = offset;
    int end = offset + count;
    while (at < end) {
      if (left > 0) {
        int n = (int) Math.min(left, end - at);
        if (type.equals(wanted)) {
          to.write(bytes, at, n);
        }
        left -= n;
        at += n;
      } else {
        write(bytes[at++]);
      }
    }
  }

  private void line(String text) {
    if (text.startsWith("LogType:")) {
      type = text.substring("LogType:".length()).strip();
      length = -1;
    } else if (text.startsWith("LogLength:")) {
      length = number(text.substring("LogLength:".length()).strip());
    } else if (text.startsWith("LogContents:") && length >= 0) {
      left = length;
      length = -1;
      found |= type.equals(wanted);
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
