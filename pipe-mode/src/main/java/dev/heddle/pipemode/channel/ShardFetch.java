package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;

/** Cuts what is missing of a shard into pieces of work, one at a time. */
final class ShardFetch {
  private final ObjectSource store;
  private final ShardFiles files;
  private final int bufferBytes;
  private final LongConsumer received;
  // As many as fetches have run at once.
  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  /**
   * @param bufferBytes what one fetch has of memory
   */
  ShardFetch(ObjectSource store, ShardFiles files, int bufferBytes, LongConsumer received) {
    this.store = store;
    this.files = files;
    this.bufferBytes = bufferBytes;
    this.received = received;
  }

  /** Work that is looked for when it's asked for; failures are UncheckedIOExceptions. */
  private abstract static class Works implements Iterator<TransferPool.Work> {
    private TransferPool.Work next;

    /** Null at the end. */
    abstract TransferPool.Work find() throws IOException;

    @Override
    public boolean hasNext() {
      try {
        next = next == null ? find() : next;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return next != null;
    }

    @Override
    public TransferPool.Work next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      TransferPool.Work found = next;
      next = null;
      return found;
    }
  }

  /** Makes directories as they are needed: neighbours have the same one, as a rule. */
  private static final class Parents {
    private Path last;

    void make(Path file) throws IOException {
      if (!file.getParent().equals(last)) {
        Files.createDirectories(file.getParent());
        last = file.getParent();
      }
    }
  }

  /** Gives the large objects their files. */
  Iterator<TransferPool.Work> allocations() {
    return new Works() {
      private final Parents parents = new Parents();
      private int index;

      @Override
      TransferPool.Work find() throws IOException {
        while (index < files.size()) {
          int each = index++;
          if (files.isLarge(each) && !files.isWhole(each) && !files.isAllocated(each)) {
            Path file = files.file(each);
            parents.make(file);
            return () ->
                files.allocated(each, DiskBlocks.allocate(file, files.object(each).size()));
          }
        }
        return null;
      }
    };
  }

  /** Fetches what is missing, after the {@link #allocations}. */
  Iterator<TransferPool.Work> fetches() {
    return new Works() {
      private final Parents parents = new Parents();
      private int index = -1;
      private ObjectInfo object;
      private Path file;
      private int range;
      private int ranges;

      @Override
      TransferPool.Work find() throws IOException {
        while (true) {
          while (range < ranges) {
            int each = range++;
            if (!files.has(index, each)) {
              return fetch(index, object, each, file);
            }
          }
          do {
            index++;
          } while (index < files.size() && files.isWhole(index));
          if (index >= files.size()) {
            return null;
          }
          object = files.object(index);
          file = files.file(index);
          parents.make(file);
          range = 0;
          ranges = Math.max(1, ShardFiles.ranges(object.size()));
        }
      }
    };
  }

  private TransferPool.Work fetch(int index, ObjectInfo object, int range, Path file) {
    return () -> {
      ByteBuffer pooled = buffers.poll();
      ByteBuffer buffer = pooled == null ? ByteBuffer.allocateDirect(bufferBytes) : pooled;
      try (FileChannel out = open(index, file)) {
        long offset = range * ShardFiles.RANGE;
        out.position(offset);
        store.copy(
            object,
            offset,
            Math.min(ShardFiles.RANGE, object.size() - offset),
            buffer,
            bytes -> write(bytes, out));
      } finally {
        buffers.add(buffer);
      }
      files.add(index, range);
    };
  }

  private FileChannel open(int index, Path file) throws IOException {
    return files.isLarge(index)
        ? FileChannel.open(file, StandardOpenOption.WRITE)
        : FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  private void write(ByteBuffer bytes, FileChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      received.accept(out.write(bytes));
    }
  }
}
