package dev.heddle.pipemode.directory;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * This machine's files as an object store: {@code file:///path/key} is the file {@code /path/key},
 * and directories are nothing but parts of names. Every write is a rename, so that a reader, and
 * another process, sees an object whole or not at all; what isn't whole yet lies beside it under a
 * name that begins with {@code .heddle-unfinished}, which no listing shows.
 */
public final class DirectoryStore implements ObjectStore {
  private final DirectoryUploads uploads = new DirectoryUploads();

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    Path place = FilePlaces.of(prefix);
    try {
      new DirectoryListing(prefix, each).run();
    } catch (IOException e) {
      throw FileFaults.of("list", prefix, place, e);
    }
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    Path file = FilePlaces.of(object);
    if (object.key().isEmpty() || object.key().endsWith("/")) {
      return Optional.empty();
    }
    try {
      return DirectoryListing.info(object, file);
    } catch (IOException e) {
      throw FileFaults.of("read", object, file, e);
    }
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    if (offset < 0 || length < 0 || offset > object.size() - length) {
      throw new IllegalArgumentException(
          "no bytes " + offset + " to " + (offset + length - 1) + " in " + object);
    }
    Path file = FilePlaces.of(object.uri());
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      // After opening: what is open stays what it was, even when it's replaced from now on.
      if (!object.etag().isEmpty()
          && head(object.uri()).filter(now -> now.etag().equals(object.etag())).isEmpty()) {
        throw FileFaults.changed(object.uri());
      }
      InputStream opened =
          new Bounded(Channels.newInputStream(channel.position(offset)), object.uri(), length);
      channel = null;
      return opened;
    } catch (IOException e) {
      throw FileFaults.of("read", object.uri(), file, e);
    } finally {
      close(channel);
    }
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    return replace(object, file, to -> write(to, body.duplicate()));
  }

  @Override
  public void putFile(ObjectUri object, Path source) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    replace(
        object,
        file,
        to -> {
          try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ)) {
            append(from, to);
          }
        });
  }

  @Override
  public void delete(ObjectUri object) throws ObjectStoreException {
    Path file = FilePlaces.of(object);
    try {
      if (!Files.isDirectory(file) && Files.deleteIfExists(file)) {
        FilePlaces.prune(file.getParent());
      }
    } catch (IOException e) {
      throw FileFaults.of("delete", object, file, e);
    }
  }

  @Override
  public String createMultipart(ObjectUri object) throws ObjectStoreException {
    return uploads.create(object);
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException {
    return uploads.part(object, uploadId, number, body.duplicate());
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException {
    uploads.complete(object, uploadId, parts);
    return head(object).map(ObjectInfo::etag).orElse("");
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) throws ObjectStoreException {
    return uploads.open(object);
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException {
    uploads.abort(object, uploadId);
  }

  /** Nothing is open between two calls. */
  @Override
  public void close() {}

  /** Writes something to a file that is not yet anyone's. */
  private interface Content {
    void writeTo(FileChannel to) throws IOException;
  }

  private static String replace(ObjectUri object, Path file, Content content)
      throws ObjectStoreException {
    Path fresh = FilePlaces.unfinished(file, UUID.randomUUID().toString());
    try {
      try {
        try (FileChannel to = FilePlaces.make(fresh)) {
          content.writeTo(to);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
      return DirectoryListing.info(object, file).map(ObjectInfo::etag).orElse("");
    } catch (IOException e) {
      throw FileFaults.of("write", object, file, e);
    }
  }

  static void write(FileChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** Copies all of a file to the end of another one, inside the kernel where it can. */
  static void append(FileChannel from, FileChannel to) throws IOException {
    long size = from.size();
    long at = 0;
    while (at < size) {
      long moved = from.transferTo(at, size - at, to);
      if (moved == 0 && from.size() < size) {
        throw new IOException("the file that is copied became shorter");
      }
      at += moved;
    }
  }

  private static void close(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
  }

  /** So many bytes and no more; a file that has become shorter is told as changed. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private final ObjectUri uri;
    private long left;

    Bounded(InputStream in, ObjectUri uri, long length) {
      this.in = in;
      this.uri = uri;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (left == 0) {
        return -1;
      }
      int n = in.read(into, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw FileFaults.changed(uri);
      }
      left -= n;
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
