package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Objects of one bucket, a few dozen bytes each rather than the some hundreds of as many records:
 * an input may have millions.
 */
final class ObjectTable {
  private static final int PAGE = 1 << 20;
  private static final Pattern MD5 = Pattern.compile("\"[0-9a-f]{32}\"");
  private static final int MD5_BYTES = 16;
  // The length of a tag that is stored as the 16 bytes of an MD5.
  private static final int IS_MD5 = 255;

  private final ObjectUri base;
  private final List<byte[]> pages = new ArrayList<>();
  private byte[] page = new byte[0];
  private int used;
  private long[] rows = new long[1024];
  private long[] sizes = new long[1024];
  private int count;

  /**
   * @param base all keys begin with its key, which is stored once
   */
  ObjectTable(ObjectUri base) {
    this.base = base;
  }

  int size() {
    return count;
  }

  long bytes(int index) {
    return sizes[index];
  }

  void add(ObjectInfo object) {
    byte[] key = object.uri().key().substring(base.key().length()).getBytes(StandardCharsets.UTF_8);
    boolean md5 = MD5.matcher(object.etag()).matches();
    byte[] etag =
        md5
            ? HexFormat.of().parseHex(object.etag(), 1, 1 + 2 * MD5_BYTES)
            : object.etag().getBytes(StandardCharsets.UTF_8);
    if (key.length > 0xffff || etag.length >= IS_MD5) {
      throw new IllegalArgumentException("the key or tag is longer than S3 allows: " + object);
    }
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, count + (count >> 1));
      sizes = Arrays.copyOf(sizes, rows.length);
    }
    int row = 3 + key.length + etag.length;
    if (used + row > page.length) {
      page = new byte[PAGE];
      pages.add(page);
      used = 0;
    }
    rows[count] = (long) (pages.size() - 1) * PAGE + used;
    sizes[count] = object.size();
    count++;
    page[used++] = (byte) (key.length >> 8);
    page[used++] = (byte) key.length;
    page[used++] = (byte) (md5 ? IS_MD5 : etag.length);
    System.arraycopy(key, 0, page, used, key.length);
    System.arraycopy(etag, 0, page, used + key.length, etag.length);
    used += key.length + etag.length;
  }

  ObjectInfo get(int index) {
    byte[] from = page(index);
    int at = offset(index);
    int keyLength = keyLength(from, at);
    int tag = at + 3 + keyLength;
    int tagLength = from[at + 2] & 0xff;
    String etag =
        tagLength == IS_MD5
            ? '"' + HexFormat.of().formatHex(from, tag, tag + MD5_BYTES) + '"'
            : new String(from, tag, tagLength, StandardCharsets.UTF_8);
    return new ObjectInfo(base.withKey(key(index)), sizes[index], etag);
  }

  String key(int index) {
    byte[] from = page(index);
    int at = offset(index);
    return base.key() + new String(from, at + 3, keyLength(from, at), StandardCharsets.UTF_8);
  }

  /** Compares two keys by their UTF-8 bytes, which is S3's order. */
  int compareKeys(int left, int right) {
    byte[] a = page(left);
    byte[] b = page(right);
    int from = offset(left);
    int to = offset(right);
    return Arrays.compareUnsigned(
        a, from + 3, from + 3 + keyLength(a, from), b, to + 3, to + 3 + keyLength(b, to));
  }

  private byte[] page(int index) {
    return pages.get((int) (rows[index] / PAGE));
  }

  private int offset(int index) {
    return (int) (rows[index] % PAGE);
  }

  private static int keyLength(byte[] from, int at) {
    return ((from[at] & 0xff) << 8) | (from[at + 1] & 0xff);
  }

  /** Puts the rows into the order of their keys; used for servers that list in another one. */
  void sort() {
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, this::compareKeys);
    long[] sortedRows = new long[count];
    long[] sortedSizes = new long[count];
    for (int i = 0; i < count; i++) {
      sortedRows[i] = rows[order[i]];
      sortedSizes[i] = sizes[order[i]];
    }
    rows = sortedRows;
    sizes = sortedSizes;
  }
}
