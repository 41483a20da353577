package dev.heddle.pipemode;

import java.io.Closeable;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The small port through which every byte and every listing comes and goes. Implementations retry
 * what can be retried by themselves; what they throw is final. Safe for use by many threads.
 */
public interface ObjectStore extends Closeable {

  /** Makes ready what the first call would otherwise wait for; asks nothing of the store. */
  default void prepare() throws ObjectStoreException {}

  /** Calls {@code each} for all objects whose key starts with the prefix, in UTF-8 byte order. */
  void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException;

  /** The object's size and tag; empty when there is no such object. */
  Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException;

  /**
   * Opens bytes {@code offset} to {@code offset + length - 1}; fails with {@link
   * ObjectStoreException.Kind#CHANGED} when the object no longer has the tag it was listed with.
   */
  InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException;

  void put(ObjectUri object, ByteBuffer body) throws ObjectStoreException;

  /** Stores a whole file, by parts where it is large. */
  void putFile(ObjectUri object, Path file) throws ObjectStoreException;

  /** Removes the object; one that isn't there is no error. */
  void delete(ObjectUri object) throws ObjectStoreException;

  /** Begins a multipart upload; nothing is visible under the key before it is completed. */
  String createMultipart(ObjectUri object) throws ObjectStoreException;

  UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException;

  /** Makes the object appear. The parts' numbers must ascend; gaps are allowed. */
  void completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException;

  /** Gives a multipart upload up; one that is gone already is no error. */
  void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException;

  @Override
  void close();
}
