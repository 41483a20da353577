package dev.heddle.pipemode.frame;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * The data of gzip files (RFC 1952), all their members, one file after the other. The JDK's stream
 * takes what isn't a whole header behind a member for the end of the file, which hides that one was
 * cut off there; and it goes a stack frame deeper for each empty member.
 */
final class GzipFile {
  private static final int INPUT_BYTES = 64 * 1024;
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final InputStream in;
  private final byte[] input = new byte[INPUT_BYTES];
  private int next;
  private int end;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private boolean inMember;
  private boolean first = true;

  GzipFile(InputStream in) {
    this.in = in;
  }

  /** The input is at the beginning of another file now. */
  void begin() {
    next = 0;
    end = 0;
    inMember = false;
    first = true;
  }

  /**
   * At least one byte of the data, or -1 at the file's end; an empty file has none.
   *
   * @param length 1 or more
   * @throws ZipException when it isn't a gzip file, or a broken one
   * @throws EOFException when it is cut off
   */
  int read(byte[] into, int offset, int length) throws IOException {
    try {
      while (inMember || beginMember()) {
        int n = inflater.inflate(into, offset, length);
        if (n > 0) {
          crc.update(into, offset, n);
          return n;
        }
        if (inflater.finished()) {
          endMember();
        } else if (inflater.needsDictionary()) {
          throw new ZipException("it wants a dictionary");
        } else {
          refill();
          inflater.setInput(input, next, end - next);
        }
      }
      return -1;
    } catch (DataFormatException e) {
      String why = e.getMessage() == null ? "its data is broken" : e.getMessage();
      throw (ZipException) new ZipException(why).initCause(e);
    }
  }

  /** Reads a member's header; false at the file's end, which zeros may fill up to a block's. */
  private boolean beginMember() throws IOException {
    int magic = nextOrEnd();
    while (magic == 0 && !first) {
      magic = nextOrEnd();
    }
    if (magic < 0) {
      return false;
    }
    crc.reset();
    crc.update(magic);
    if (magic != MAGIC_1 || header() != MAGIC_2) {
      throw new ZipException(
          first ? "it isn't in gzip format" : "something else follows its compressed data");
    }
    if (header() != DEFLATE) {
      throw new ZipException("its compression method is unknown");
    }
    int flags = header();
    // When it was compressed, how well and where.
    skipHeader(6);
    if ((flags & EXTRA) != 0) {
      int length = header();
      skipHeader(length | (header() << 8));
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      int expected = (int) crc.getValue() & 0xffff;
      if ((byteOf() | (byteOf() << 8)) != expected) {
        throw new ZipException("its header's checksum is wrong");
      }
    }
    crc.reset();
    inflater.reset();
    inflater.setInput(input, next, end - next);
    inMember = true;
    first = false;
    return true;
  }

  private void endMember() throws IOException {
    next = end - inflater.getRemaining();
    // What was inflated, modulo 2^32, follows its checksum.
    if (word() != crc.getValue() || word() != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new ZipException("its data's checksum or length is wrong");
    }
    inMember = false;
  }

  private void skipHeader(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      int unused = header();
    }
  }

  private void skipText() throws IOException {
    int each = header();
    while (each != 0) {
      each = header();
    }
  }

  private int header() throws IOException {
    int each = byteOf();
    crc.update(each);
    return each;
  }

  private long word() throws IOException {
    long word = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      word |= (long) byteOf() << shift;
    }
    return word;
  }

  private int byteOf() throws IOException {
    int each = nextOrEnd();
    if (each < 0) {
      throw new EOFException();
    }
    return each;
  }

  private int nextOrEnd() throws IOException {
    return next < end || more() ? input[next++] & 0xff : -1;
  }

  private void refill() throws IOException {
    if (!more()) {
      throw new EOFException();
    }
  }

  private boolean more() throws IOException {
    int n = in.read(input, 0, input.length);
    next = 0;
    end = Math.max(0, n);
    return n > 0;
  }
}
