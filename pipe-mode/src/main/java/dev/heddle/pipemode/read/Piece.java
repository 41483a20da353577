package dev.heddle.pipemode.read;

import dev.heddle.pipemode.ObjectInfo;

/** One of the things of which a stream of bytes is made, in order. */
public sealed interface Piece {

  /** Its length in bytes. */
  long size();

  /** A whole object. */
  record StoredObject(ObjectInfo object) implements Piece {
    @Override
    public long size() {
      return object.size();
    }
  }

  /**
   * Bytes that need not be fetched.
   *
   * @param bytes a few; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Literal(byte[] bytes) implements Piece {
    @Override
    public long size() {
      return bytes.length;
    }
  }
}
