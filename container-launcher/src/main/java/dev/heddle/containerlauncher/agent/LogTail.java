package dev.heddle.containerlauncher.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Follows one growing file, in whole lines. Carriage returns end lines too, as progress bars use
 * them. Not for use by several threads.
 */
final class LogTail {
  private static final int BUFFER = 1 << 20;

  private final Supplier<Path> file;
  private byte[] buffer = new byte[0];
  private int filled;
  private long position;
  private boolean skipping;

  /**
   * @param file where it lies now; asked at every call
   */
  LogTail(Supplier<Path> file) {
    this.file = file;
  }

  /**
   * Hands over what came since the last call.
   *
   * @param last whether a line without an end counts too
   * @param lines gets texts of whole lines, each separated by a line feed
   */
  void read(boolean last, Consumer<String> lines) throws IOException {
    try (FileChannel channel = FileChannel.open(file.get())) {
      if (channel.size() < position) {
        position = channel.size(); // someone cut it
      }
      if (channel.size() > position && buffer.length == 0) {
        buffer = new byte[BUFFER];
      }
      while (buffer.length > 0) {
        int read = channel.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), position);
        if (read <= 0) {
          break;
        }
        position += read;
        int from = filled;
        filled += read;
        take(from, lines);
      }
    } catch (NoSuchFileException e) {
      return; // nothing was written yet
    }
    if (last && filled > 0) {
      hand(filled, lines);
      filled = 0;
    }
  }

  /** Hands the whole lines over and keeps the rest. */
  private void take(int from, Consumer<String> lines) {
    int end = -1;
    for (int i = from; i < filled; i++) {
      if (buffer[i] == '\r') {
        buffer[i] = '\n';
      }
      if (buffer[i] == '\n') {
        end = i;
      }
    }
    if (end >= 0) {
      hand(end, lines);
      skipping = false;
      System.arraycopy(buffer, end + 1, buffer, 0, filled - end - 1);
      filled -= end + 1;
    }
    if (filled > MetricPattern.MAX_LINE) {
      hand(MetricPattern.MAX_LINE, lines);
      skipping = true;
      filled = 0;
    }
  }

  private void hand(int end, Consumer<String> lines) {
    int start = 0;
    if (skipping) {
      while (start < end && buffer[start] != '\n') {
        start++;
      }
    }
    if (start < end) {
      lines.accept(new String(buffer, start, end - start, StandardCharsets.UTF_8));
    }
  }
}
