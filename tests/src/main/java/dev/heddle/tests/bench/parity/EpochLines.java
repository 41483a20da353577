package dev.heddle.tests.bench.parity;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Counts the epochs that a growing log tells of. */
final class EpochLines implements Closeable {
  private static final String START = "epoch=";

  private final RandomAccessFile log;
  private final StringBuilder line = new StringBuilder();

  EpochLines(Path log) throws IOException {
    this.log = new RandomAccessFile(log.toFile(), "r");
  }

  /** Whole lines that came since the last call. */
  int more() throws IOException {
    // Most calls find nothing, and should cost nothing.
    int length = (int) (log.length() - log.getFilePointer());
    if (length <= 0) {
      return 0;
    }
    byte[] bytes = new byte[length];
    log.readFully(bytes);
    int count = 0;
    for (char c : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
      if (c != '\n') {
        line.append(c);
      } else {
        count += line.indexOf(START) == 0 ? 1 : 0;
        line.setLength(0);
      }
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
