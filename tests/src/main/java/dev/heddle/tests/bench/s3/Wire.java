package dev.heddle.tests.bench.s3;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of one connection, plain or encrypted. */
interface Wire extends Closeable {
  /** Reads what there is; -1 at the end. */
  int read(ByteBuffer into) throws IOException;

  void write(ByteBuffer bytes) throws IOException;

  void send(FileChannel file, long offset, long length) throws IOException;
}
