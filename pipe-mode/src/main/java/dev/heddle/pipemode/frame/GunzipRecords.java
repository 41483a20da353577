package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.feed.EpochBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Makes a record of each decompressed object. A record begins with its length, which shows only
 * when the object has been decompressed: what is longer than the memory for it waits in a file.
 */
final class GunzipRecords implements EpochBytes {
  private static final int MEMORY_BYTES = 4 << 20;
  private static final int RUN = 1 << 20;

  private final Gunzip objects;
  private final Path scratch;
  private final String channel;
  private final ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY_BYTES);
  private ByteBuffer header;
  private ByteBuffer payload;
  private FileChannel overflow;
  private ByteBuffer padding;

  /**
   * @param scratch a directory for temporary files, which nobody else sees
   */
  GunzipRecords(Gunzip objects, Path scratch, String channel) {
    this.objects = objects;
    this.scratch = scratch;
    this.channel = channel;
  }

  @Override
  public ByteBuffer next() throws IOException, InterruptedException {
    while (true) {
      ByteBuffer some = some();
      if (some != null) {
        return some;
      }
      if (!objects.nextObject()) {
        return null;
      }
      decompress();
    }
  }

  /** What is left of the current record, piece by piece. */
  private ByteBuffer some() throws IOException {
    if (header != null) {
      ByteBuffer all = header;
      header = null;
      return all;
    }
    if (payload != null && payload.hasRemaining()) {
      ByteBuffer run = payload.slice(payload.position(), Math.min(RUN, payload.remaining()));
      payload.position(payload.position() + run.remaining());
      return run;
    }
    if (overflow != null) {
      memory.clear().limit(RUN);
      if (overflow.read(memory) > 0) {
        payload = null;
        return memory.flip();
      }
      closeOverflow();
    }
    ByteBuffer last = padding;
    padding = null;
    return last != null && last.hasRemaining() ? last : null;
  }

  private void decompress() throws IOException, InterruptedException {
    memory.clear();
    long length = 0;
    while (objects.read(memory)) {
      if (!memory.hasRemaining()) {
        length += spill();
      }
      if (length + memory.position() >= RecordIo.TOO_LONG) {
        throw RecordIo.tooLong(objects.object(), length + memory.position(), channel);
      }
    }
    if (overflow != null) {
      length += spill();
      overflow.position(0);
      payload = null;
    } else {
      length = memory.position();
      payload = memory.duplicate().flip();
    }
    header = ByteBuffer.wrap(RecordIo.header(length));
    padding = ByteBuffer.wrap(RecordIo.padding(length));
  }

  private int spill() throws IOException {
    if (overflow == null) {
      overflow = openUnlinked(Files.createTempFile(scratch, "record", ".tmp"));
    }
    memory.flip();
    int bytes = memory.remaining();
    while (memory.hasRemaining()) {
      overflow.write(memory);
    }
    memory.clear();
    return bytes;
  }

  /** A file without a name goes with the process, however that ends. */
  private static FileChannel openUnlinked(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file);
    }
  }

  private void closeOverflow() throws IOException {
    if (overflow != null) {
      overflow.close();
      overflow = null;
    }
  }

  @Override
  public long storedBytes() {
    return objects.storedBytes();
  }

  @Override
  public long objects() {
    return objects.objects();
  }

  @Override
  public void close() {
    objects.close();
    try {
      closeOverflow();
    } catch (IOException e) {
      // It is gone all the same.
    }
  }
}
