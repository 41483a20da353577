package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Writes to the folder: whole files or nothing, and only while that is allowed. A file's bytes are
 * read before they are sent, and nothing appears in S3 unless the file was after the last read what
 * it was before the first. One call at a time.
 */
final class FolderWrites implements Closeable {
  private static final Logger LOG = LogManager.getLogger(FolderWrites.class);
  private static final int MOST_PARTS = 10_000;

  /** What the parts that are on their way have of memory, but for huge files. */
  private static final int MEMORY = 64 << 20;

  /** The file isn't any more what it was when it was looked at. */
  static final class ChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    ChangedException(String message) {
      super(message);
    }
  }

  /** This host may write no more. */
  static final class FencedException extends IOException {
    private static final long serialVersionUID = 1L;

    FencedException() {
      super("this host may no longer write to S3");
    }
  }

  private final ObjectStore store;
  private final ObjectUri folder;
  private final int partBytes;
  private final BooleanSupplier mayWrite;
  private final TransferPool pool;
  private volatile boolean closed;

  /**
   * @param folder ends in a slash, unless it is a whole bucket
   * @param mayWrite asked immediately before each write, by any thread
   */
  FolderWrites(
      ObjectStore store, ObjectUri folder, SyncSettings settings, BooleanSupplier mayWrite) {
    this.store = store;
    this.folder = folder;
    this.partBytes = settings.partBytes();
    this.mayWrite = mayWrite;
    pool = new TransferPool("checkpoint-part", settings.connections());
  }

  private void require() throws FencedException {
    if (closed || !mayWrite.getAsBoolean()) {
      throw new FencedException();
    }
  }

  /**
   * Brings a file to S3.
   *
   * @return the object's entity tag; empty when nobody knows
   * @throws ChangedException when the file changed, or is gone; nothing has appeared in S3
   */
  String upload(Change change) throws IOException, InterruptedException {
    ObjectUri object = folder.child(change.name());
    // The file may have been put in place of the one that was looked at, or a link.
    try (FileChannel in =
        FileChannel.open(change.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      requireUnchanged(change);
      if (change.stamp().size() > partBytes) {
        return uploadParts(change, object, in);
      }
      ByteBuffer body = read(change, in, 0, change.stamp().size());
      requireUnchanged(change);
      require();
      return store.put(object, body);
    } catch (NoSuchFileException e) {
      throw new ChangedException(change.file() + " is gone");
    }
  }

  private static void requireUnchanged(Change change) throws IOException {
    if (!FileStamp.of(change.file()).equals(change.stamp())) {
      throw new ChangedException(change.file() + " has changed");
    }
  }

  private static ByteBuffer read(Change change, FileChannel in, long offset, long length)
      throws IOException {
    return fill(ByteBuffer.allocate((int) length), change, in, offset);
  }

  private static ByteBuffer fill(ByteBuffer buffer, Change change, FileChannel in, long offset)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (in.read(buffer, offset + buffer.position()) < 0) {
        throw new ChangedException(change.file() + " became shorter");
      }
    }
    return buffer.flip();
  }

  private String uploadParts(Change change, ObjectUri object, FileChannel in)
      throws IOException, InterruptedException {
    long size = change.stamp().size();
    long partSize = Math.max(partBytes, (size + MOST_PARTS - 1) / MOST_PARTS);
    int count = (int) ((size + partSize - 1) / partSize);
    UploadedPart[] parts = new UploadedPart[count];
    Semaphore memory = new Semaphore((int) Math.max(1, MEMORY / partSize));
    Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
    require();
    String uploadId = store.createMultipart(object);
    boolean complete = false;
    try {
      pool.runAll(
          IntStream.range(0, count)
              .<TransferPool.Work>mapToObj(
                  i ->
                      () -> {
                        long offset = i * partSize;
                        int length = (int) Math.min(partSize, size - offset);
                        memory.acquire();
                        ByteBuffer pooled = buffers.poll();
                        ByteBuffer buffer =
                            pooled == null ? ByteBuffer.allocate((int) partSize) : pooled;
                        try {
                          fill(buffer.clear().limit(length), change, in, offset);
                          // Whoever rewrites a file of many gigabytes needn't be waited for.
                          requireUnchanged(change);
                          require();
                          parts[i] = store.uploadPart(object, uploadId, i + 1, buffer);
                        } finally {
                          buffers.add(buffer);
                          memory.release();
                        }
                      })
              .iterator());
      requireUnchanged(change);
      require();
      String etag = store.completeMultipart(object, uploadId, Arrays.asList(parts));
      complete = true;
      return etag;
    } finally {
      if (!complete) {
        giveUp(object, uploadId);
      }
    }
  }

  /** Parts that nobody completes would cost money for ever. */
  private void giveUp(ObjectUri object, String uploadId) {
    if (!mayWrite.getAsBoolean()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      store.abortMultipart(object, uploadId);
    } catch (IOException e) {
      // The failure that led here is the one to tell.
      LOG.debug("Parts of {} are left behind", object, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Deletes an object, unless another host has written it since. Between the look and the deletion
   * lies one request's time in which that isn't seen.
   *
   * @param etag of the version that this host knows; an empty one is no version's
   * @return whether it was deleted; otherwise it isn't there or isn't this host's
   */
  boolean delete(String name, String etag) throws IOException {
    ObjectUri object = folder.child(name);
    Optional<ObjectInfo> now = store.head(object);
    if (now.isEmpty()) {
      return false;
    }
    if (etag.isEmpty() || !now.get().etag().equals(etag)) {
      LOG.info("{} was deleted here, but stays in S3: another host has written it since", object);
      return false;
    }
    require();
    store.delete(object);
    return true;
  }

  /** Interrupts parts that are on their way; no other write begins. */
  @Override
  public void close() {
    closed = true;
    pool.close();
  }
}
