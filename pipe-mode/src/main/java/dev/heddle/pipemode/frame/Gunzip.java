package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.read.OrderedStream;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Decompresses each object (SageMaker's {@code CompressionType: Gzip}; RFC 1952, several members
 * included) before it enters the pipe. An empty object gives no bytes.
 */
final class Gunzip implements EpochBytes {
  private static final int INPUT_BYTES = 64 * 1024;
  private static final int OUTPUT_BYTES = 1 << 20;
  private static final int COPY_BYTES = 64 * 1024;

  private final OrderedStream stream;
  private final PieceInput input;
  private final ConcurrentLinkedQueue<ObjectInfo> order;
  private final String channel;
  private final ByteBuffer output = ByteBuffer.allocateDirect(OUTPUT_BYTES);
  private final byte[] copy = new byte[COPY_BYTES];
  private Members open;
  private ObjectInfo current;

  /**
   * @param order the objects as they come through the stream
   */
  private Gunzip(OrderedStream stream, ConcurrentLinkedQueue<ObjectInfo> order, String channel) {
    this.stream = stream;
    this.input = new PieceInput(stream);
    this.order = order;
    this.channel = channel;
  }

  /** The members of one object. */
  private static final class Members extends GZIPInputStream {
    private static final int TRAILER_BYTES = 8;

    private final PieceInput from;

    Members(PieceInput from) throws IOException {
      super(from, INPUT_BYTES);
      this.from = from;
    }

    /**
     * Whether something other than zeros, which pad files to whole blocks, follows the last member.
     * The base class takes whatever doesn't begin like a member for the end.
     */
    boolean hasMore() throws IOException {
      int unused = inf.getRemaining();
      for (int i = len - Math.max(0, unused - TRAILER_BYTES); i < len; i++) {
        if (buf[i] != 0) {
          return true;
        }
      }
      for (int next = from.read(); next >= 0; next = from.read()) {
        if (next != 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** Opens a stream through the given way. */
  interface Opener {
    OrderedStream open(PieceSource pieces);
  }

  static Gunzip open(PieceSource pieces, Opener opener, String channel) {
    ConcurrentLinkedQueue<ObjectInfo> order = new ConcurrentLinkedQueue<>();
    PieceSource noted =
        () -> {
          Piece piece = pieces.next();
          if (piece instanceof Piece.StoredObject stored) {
            order.add(stored.object());
          } else if (piece != null) {
            throw new IOException("Channel \"" + channel + "\": only objects are compressed");
          }
          return piece;
        };
    return new Gunzip(opener.open(noted), order, channel);
  }

  /** Goes on to the next object; false after the last. */
  boolean nextObject() throws IOException, InterruptedException {
    closeMembers();
    if (!input.nextPiece()) {
      return false;
    }
    current = order.remove();
    return true;
  }

  ObjectInfo object() {
    return current;
  }

  /**
   * More of the current object.
   *
   * @param into at least one byte is put there
   * @return false at the object's end
   */
  boolean read(ByteBuffer into) throws IOException, InterruptedException {
    try {
      if (open == null) {
        if (!input.hasMore()) {
          return false;
        }
        open = new Members(input);
      }
      int n = open.read(copy, 0, Math.min(copy.length, into.remaining()));
      if (n > 0) {
        into.put(copy, 0, n);
      } else if (open.hasMore()) {
        throw new ZipException("something else follows its compressed data");
      }
      return n > 0;
    } catch (ZipException e) {
      throw broken(e.getMessage(), e);
    } catch (EOFException e) {
      throw broken("it ends before its data does", e);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException().initCause(e);
      }
      throw e;
    }
  }

  private ObjectStoreException broken(String why, IOException cause) {
    return new ObjectStoreException(
        Kind.REFUSED,
        "Channel \""
            + channel
            + "\": the object "
            + current.uri()
            + " can't be decompressed: "
            + why
            + ". CompressionType Gzip wants every object of the channel to be a gzip file.",
        cause);
  }

  @Override
  public ByteBuffer next() throws IOException, InterruptedException {
    output.clear();
    while (output.position() < output.capacity() - COPY_BYTES) {
      if (current == null || !read(output)) {
        current = null;
        if (!nextObject()) {
          break;
        }
      }
    }
    return output.position() == 0 ? null : output.flip();
  }

  @Override
  public long storedBytes() {
    return stream.taken();
  }

  @Override
  public long objects() {
    return stream.objects();
  }

  /** Gives the inflater's memory back, which is no part of the heap. */
  private void closeMembers() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  @Override
  public void close() {
    try {
      closeMembers();
    } catch (IOException e) {
      // Nothing more is wanted of it.
    }
    stream.close();
  }
}
