package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.s3.ObjectSet;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What {@code reader -s} has to print: it knows bytes, and their order. */
final class Checksum {
  private static final int BUFFER = 1 << 20;

  private long sum;

  private Checksum() {}

  /**
   * Of all objects, one behind the other.
   *
   * @param content what they are slices of
   */
  static String of(ObjectSet objects, Path content) throws IOException {
    if (objects.size() % Long.BYTES != 0) {
      throw new IllegalArgumentException("objects of whole words only: " + objects.size());
    }
    Checksum checksum = new Checksum();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file = FileChannel.open(content)) {
      for (int i = 0; i < objects.count(); i++) {
        long at = objects.offset(i, file.size());
        long end = at + objects.size();
        while (at < end) {
          buffer.clear().limit((int) Math.min(BUFFER, end - at));
          while (buffer.hasRemaining()) {
            int n = file.read(buffer, at);
            if (n < 0) {
              throw new EOFException(content + " is too short");
            }
            at += n;
          }
          checksum.add(buffer.flip());
        }
      }
    }
    return String.format("%016x", checksum.sum);
  }

  private void add(ByteBuffer words) {
    while (words.hasRemaining()) {
      sum = (Long.rotateLeft(sum, 5) ^ words.getLong()) * 0x9E3779B97F4A7C15L;
    }
  }
}
