package org.apache.hadoop.shaded.org.iq80.leveldb;

import java.io.Closeable;
import java.util.Iterator;
import java.util.Map;

/** Goes over a {@link DB} in the order of its keys. */
public interface DBIterator extends Iterator<Map.Entry<byte[], byte[]>>, Closeable {
  void seek(byte[] key);

  void seekToFirst();

  void seekToLast();

  Map.Entry<byte[], byte[]> peekNext();

  boolean hasPrev();

  Map.Entry<byte[], byte[]> prev();

  Map.Entry<byte[], byte[]> peekPrev();
}
