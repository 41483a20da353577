package dev.heddle.tests.bench.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The file that all objects are slices of: the same bytes at every call, none of which compress.
 */
public final class Content {
  private static final int BLOCK = 1 << 20;
  private static final long SEED = 20_170_601;

  private Content() {}

  /**
   * Writes it, unless it is there.
   *
   * @param bytes how long it is, a multiple of 1 MiB
   */
  public static void write(Path file, long bytes) throws IOException {
    if (bytes % BLOCK != 0) {
      throw new IllegalArgumentException(bytes + " is no multiple of 1 MiB");
    }
    if (Files.isRegularFile(file) && Files.size(file) == bytes) {
      return;
    }
    SplittableRandom random = new SplittableRandom(SEED);
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long written = 0; written < bytes; written += BLOCK) {
        block.clear();
        while (block.hasRemaining()) {
          block.putLong(random.nextLong());
        }
        block.flip();
        while (block.hasRemaining()) {
          out.write(block);
        }
      }
    }
  }
}
