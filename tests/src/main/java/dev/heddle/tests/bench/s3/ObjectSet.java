package dev.heddle.tests.bench.s3;

/**
 * Equal objects below one prefix: {@code PREFIX000000}, {@code PREFIX000001} and so on.
 *
 * @param prefix of their keys, such as {@code 1gb-x9/part-}
 * @param count 1 or more
 * @param size bytes of each, 1 or more
 */
public record ObjectSet(String prefix, int count, long size) {
  /** Reads {@code PREFIX=COUNTxSIZE}. */
  static ObjectSet parse(String text) {
    int equals = text.lastIndexOf('=');
    int cross = text.indexOf('x', equals);
    if (equals < 1 || cross < 0) {
      throw new IllegalArgumentException("not PREFIX=COUNTxSIZE: " + text);
    }
    return new ObjectSet(
        text.substring(0, equals),
        Integer.parseInt(text.substring(equals + 1, cross)),
        Long.parseLong(text.substring(cross + 1)));
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return prefix + "=" + count + "x" + size;
  }

  public String key(int index) {
    return String.format("%s%06d", prefix, index);
  }

  /** The bytes of all its objects. */
  public long bytes() {
    return count * size;
  }

  /**
   * Where an object begins in the content. Neighbours differ.
   *
   * @param content how long that is, at least as long as an object
   */
  public long offset(int index, long content) {
    long room = content - size;
    return room == 0 ? 0 : index * size % room / Long.BYTES * Long.BYTES;
  }
}
