package dev.heddle.pipemode;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a channel needs of a store: the half of {@link ObjectStore} that reads. Implementations
 * retry what can be retried by themselves; what they throw is final. Safe for use by many threads.
 */
public interface ObjectSource extends Closeable {

  /** Makes ready what the first call would otherwise wait for; asks nothing of the store. */
  default void prepare() throws ObjectStoreException {}

  /**
   * Calls {@code each} for all objects whose key starts with the prefix: a plain prefix, of which
   * the last name may be cut short. S3 lists in the keys' UTF-8 byte order, other stores in any.
   */
  void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException;

  /** The object's size and tag; empty when there is no such object. */
  Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException;

  /**
   * Opens bytes {@code offset} to {@code offset + length - 1}; fails with {@link
   * ObjectStoreException.Kind#CHANGED} when the object no longer has the tag it was listed with.
   */
  InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException;

  /** Is told of bytes as they come. */
  @FunctionalInterface
  interface Arrival {
    /**
     * @param bytes how many more the buffer has, 1 or more
     */
    void arrived(int bytes);
  }

  /**
   * Fills the rest of a buffer with the object's bytes from {@code offset} on; fails as {@link
   * #open} does. After a failure the buffer's position says how far it came.
   *
   * @param into best a direct one; its remaining bytes must lie within the object
   */
  default void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival)
      throws ObjectStoreException {
    byte[] piece = new byte[Math.min(128 * 1024, Math.max(1, into.remaining()))];
    try (InputStream in = open(object, offset, into.remaining())) {
      while (into.hasRemaining()) {
        int n = in.read(piece, 0, Math.min(piece.length, into.remaining()));
        if (n < 0) {
          throw new EOFException(into.remaining() + " bytes early");
        }
        into.put(piece, 0, n);
        arrival.arrived(n);
      }
    } catch (IOException e) {
      throw broken(object, e);
    }
  }

  /** Takes bytes in their order. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param bytes 1 or more, of which none remain when it returns; valid until then
     */
    void take(ByteBuffer bytes) throws IOException;
  }

  /**
   * Hands bytes {@code offset} to {@code offset + length - 1} on through a buffer, which may be far
   * smaller; fails as {@link #open} does.
   *
   * @param through best a direct one, 1 byte or more; what it held is lost
   * @throws IOException an {@link ObjectStoreException}, or what the sink threw, as it is
   */
  default void copy(ObjectInfo object, long offset, long length, ByteBuffer through, Sink sink)
      throws IOException {
    byte[] piece =
        new byte[(int) Math.min(Math.min(128 * 1024, through.capacity()), Math.max(1, length))];
    try (InputStream in = open(object, offset, length)) {
      long left = length;
      while (left > 0) {
        int n;
        try {
          n = in.read(piece, 0, (int) Math.min(piece.length, left));
          if (n < 0) {
            throw new EOFException(left + " bytes early");
          }
        } catch (IOException e) {
          throw broken(object, e);
        }
        sink.take(through.clear().put(piece, 0, n).flip());
        left -= n;
      }
    }
  }

  private static ObjectStoreException broken(ObjectInfo object, IOException failure) {
    return failure instanceof ObjectStoreException e
        ? e
        : new ObjectStoreException(
            ObjectStoreException.Kind.UNREACHABLE,
            "Could not read " + object.uri() + ": " + failure.getMessage() + ".",
            failure);
  }

  @Override
  void close();
}
