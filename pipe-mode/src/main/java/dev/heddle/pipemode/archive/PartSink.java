package dev.heddle.pipemode.archive;

import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Cuts a stream into the parts of a multipart upload and sends them, a few at once, while the next
 * one fills. It holds 5 MiB back, so that the last part is never smaller than S3 accepts in the
 * middle of an upload.
 */
final class PartSink extends OutputStream {
  /** The least that S3 takes as a part that isn't the last. */
  static final int SMALLEST_PART = 5 << 20;

  private static final int FIRST_BUFFER = 1 << 20;
  private static final int LARGE_PART = 32 << 20;

  private final ObjectStore store;
  private final MultipartTarget target;
  private final LongConsumer sent;
  private final int capacity;
  private final int atOnce;
  private final Semaphore free;
  private final ExecutorService uploads;
  private final List<Future<UploadedPart>> pending = new ArrayList<>();
  private final List<UploadedPart> done = new ArrayList<>();
  private byte[] buffer;
  private int filled;
  private int nextNumber;

  /**
   * @param sent is told the bytes of each part that has arrived, by several threads
   */
  PartSink(ObjectStore store, MultipartTarget target, LongConsumer sent) {
    if (target.partSize() < SMALLEST_PART
        || target.partSize() > Integer.MAX_VALUE - 8 - SMALLEST_PART) {
      throw new IllegalArgumentException("not a size for parts: " + target.partSize());
    }
    this.store = store;
    this.target = target;
    this.sent = sent;
    capacity = target.partSize() + SMALLEST_PART;
    // Large parts: rather less at once than more memory than an agent has.
    atOnce = target.partSize() > LARGE_PART ? 1 : 2;
    free = new Semaphore(atOnce);
    uploads =
        Executors.newFixedThreadPool(
            atOnce,
            work -> {
              Thread thread = new Thread(work, "upload-part");
              thread.setDaemon(true);
              return thread;
            });
    buffer = new byte[Math.min(FIRST_BUFFER, capacity)];
    nextNumber = target.firstPart();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (filled == capacity) {
        sendFullPart();
      }
      if (filled == buffer.length) {
        buffer = Arrays.copyOf(buffer, capacity);
      }
      int n = Math.min(left, buffer.length - filled);
      System.arraycopy(bytes, from, buffer, filled, n);
      filled += n;
      from += n;
      left -= n;
    }
  }

  private void sendFullPart() throws IOException {
    byte[] full = buffer;
    int size = target.partSize();
    // Before the next buffer is made, one must be free.
    Future<UploadedPart> upload = send(full, size);
    buffer = new byte[capacity];
    filled = SMALLEST_PART;
    System.arraycopy(full, size, buffer, 0, SMALLEST_PART);
    pending.add(upload);
  }

  private Future<UploadedPart> send(byte[] bytes, int size) throws IOException {
    collect(false);
    int number = nextNumber++;
    if (number > target.lastPart()) {
      throw new IOException(
          "Could not write "
              + target.object()
              + ": it has grown beyond the parts that were set aside for it (numbers "
              + target.firstPart()
              + " to "
              + target.lastPart()
              + " of "
              + target.partSize()
              + " bytes). Nothing may write to a directory while it is uploaded.");
    }
    try {
      free.acquire();
    } catch (InterruptedException e) {
      throw stopped();
    }
    return uploads.submit(
        () -> {
          try {
            UploadedPart part =
                store.uploadPart(
                    target.object(), target.uploadId(), number, ByteBuffer.wrap(bytes, 0, size));
            sent.accept(size);
            return part;
          } finally {
            free.release();
          }
        });
  }

  /** Takes in the parts that have ended, and fails when one has failed. */
  private void collect(boolean all) throws IOException {
    while (!pending.isEmpty() && (all || pending.get(0).isDone())) {
      try {
        done.add(pending.get(0).get());
        pending.remove(0);
      } catch (InterruptedException e) {
        throw stopped();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException failure) {
          throw failure;
        }
        throw new IOException("Could not write " + target.object() + ": " + e.getCause(), e);
      }
    }
  }

  private InterruptedIOException stopped() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("stopped writing " + target.object());
  }

  /** What is too little for a part, after {@link #finish} said that there is such a rest. */
  ByteBuffer rest() {
    return ByteBuffer.wrap(buffer, 0, filled);
  }

  /**
   * Sends what is left and waits for all parts.
   *
   * @param last whether these parts end the whole upload, so that the last may have any size
   * @return the parts in order; {@link #rest} holds what was too little
   */
  List<UploadedPart> finish(boolean last) throws IOException {
    if (filled >= SMALLEST_PART || (last && filled > 0)) {
      pending.add(send(buffer, filled));
      buffer = new byte[0];
      filled = 0;
    }
    collect(true);
    done.sort(Comparator.comparingInt(UploadedPart::number));
    return List.copyOf(done);
  }

  /** Ends the uploads that still run, waiting for them; harmless after {@link #finish}. */
  @Override
  public void close() {
    uploads.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = uploads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
