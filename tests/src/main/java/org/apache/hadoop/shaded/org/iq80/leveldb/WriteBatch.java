package org.apache.hadoop.shaded.org.iq80.leveldb;

import java.io.Closeable;

/** Changes that are made together. */
public interface WriteBatch extends Closeable {
  WriteBatch put(byte[] key, byte[] value);

  WriteBatch delete(byte[] key);
}
