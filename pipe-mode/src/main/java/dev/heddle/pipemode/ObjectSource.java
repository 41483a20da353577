package dev.heddle.pipemode;

import java.io.Closeable;
import java.io.InputStream;
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

  @Override
  void close();
}
