package dev.heddle.tests.bench.s3;

/**
 * An object.
 *
 * @param offset where it begins in the content
 * @param size bytes
 */
record StoredObject(String key, long offset, long size) {
  /** Names the bytes, as the place where they stand does; quoted, no MD5. */
  String etag() {
    return String.format("\"%016x%015x0\"", size, offset);
  }
}
