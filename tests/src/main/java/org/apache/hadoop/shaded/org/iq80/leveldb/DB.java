package org.apache.hadoop.shaded.org.iq80.leveldb;

import java.io.Closeable;

/** Sorted keys with values, as NodeManagers keep their state. */
public interface DB extends Closeable {
  byte[] get(byte[] key);

  void put(byte[] key, byte[] value);

  void delete(byte[] key);

  WriteBatch createWriteBatch();

  void write(WriteBatch batch);

  DBIterator iterator();

  DBIterator iterator(ReadOptions options);

  void compactRange(byte[] begin, byte[] end);
}
