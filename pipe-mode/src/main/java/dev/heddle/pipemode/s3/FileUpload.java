package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.sync.RequestBody;

/** Stores one file, straight from the disk, in parts when it is over 64 MiB. */
final class FileUpload {
  static final long WHOLE_UP_TO = 64L << 20;
  private static final long SMALLEST_PART = 16L << 20;
  private static final int MOST_PARTS = 10_000;
  private static final int PARTS_AT_ONCE = 4;

  private final S3ObjectStore store;

  FileUpload(S3ObjectStore store) {
    this.store = store;
  }

  void run(ObjectUri object, Path file) throws ObjectStoreException {
    long size;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      throw unreadable(object, file, e);
    }
    if (size <= WHOLE_UP_TO) {
      store.put(object, body(file, 0, size));
    } else {
      inParts(object, file, size);
    }
  }

  static long partSize(long size) {
    return Math.max(SMALLEST_PART, (size + MOST_PARTS - 1) / MOST_PARTS);
  }

  private void inParts(ObjectUri object, Path file, long size) throws ObjectStoreException {
    long partSize = partSize(size);
    int count = (int) ((size + partSize - 1) / partSize);
    UploadedPart[] parts = new UploadedPart[count];
    String uploadId = store.createMultipart(object);
    boolean complete = false;
    try (TransferPool pool = new TransferPool("upload", Math.min(PARTS_AT_ONCE, count))) {
      pool.runAll(
          IntStream.range(0, count)
              .<TransferPool.Work>mapToObj(
                  i ->
                      () -> {
                        long offset = i * partSize;
                        long length = Math.min(partSize, size - offset);
                        parts[i] =
                            store.uploadPart(
                                object, uploadId, i + 1, body(file, offset, length), length);
                      })
              .iterator());
      store.completeMultipart(object, uploadId, Arrays.asList(parts));
      complete = true;
    } catch (InterruptedException e) {
      throw Faults.KINDS.stopped("write " + object, e);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw unreadable(object, file, e);
    } finally {
      if (!complete) {
        giveUp(object, uploadId);
      }
    }
  }

  private void giveUp(ObjectUri object, String uploadId) {
    // An interrupt is no reason to leave parts behind that cost money.
    boolean interrupted = Thread.interrupted();
    try {
      store.abortMultipartOnce(object, uploadId);
    } catch (ObjectStoreException e) {
      // The failure that led here is the one to tell.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ObjectStoreException unreadable(ObjectUri object, Path file, IOException cause) {
    return new ObjectStoreException(
        Kind.REFUSED,
        "Could not write " + object + ": the file " + file + " can't be read: " + cause + ".",
        cause);
  }

  private static RequestBody body(Path file, long offset, long length) {
    return RequestBody.fromContentProvider(
        () -> new Slice(file, offset, length), length, "application/octet-stream");
  }

  /** Bytes of a file, opened when they are first read. */
  private static final class Slice extends InputStream {
    private final Path file;
    private long position;
    private long left;
    private FileChannel channel;

    Slice(Path file, long offset, long length) {
      this.file = file;
      position = offset;
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0 || length == 0) {
        return length == 0 ? 0 : -1;
      }
      try {
        if (channel == null) {
          channel = FileChannel.open(file, StandardOpenOption.READ);
        }
        int want = (int) Math.min(length, left);
        int n = channel.read(ByteBuffer.wrap(into, offset, want), position);
        if (n < 0) {
          throw new LocalFileException("the file " + file + " became shorter", null);
        }
        position += n;
        left -= n;
        return n;
      } catch (java.nio.channels.ClosedByInterruptException e) {
        InterruptedIOException stopped = new InterruptedIOException("stopped reading " + file);
        stopped.initCause(e);
        throw stopped;
      } catch (LocalFileException e) {
        throw e;
      } catch (IOException e) {
        throw new LocalFileException("the file " + file + " can't be read: " + e, e);
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }
  }
}
