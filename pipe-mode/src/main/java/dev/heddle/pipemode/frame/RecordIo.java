package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * The RecordIO framing of MXNet (dmlc-core, {@code recordio.h}), which SageMaker's {@code
 * RecordWrapperType} puts around each object: a magic number, the length in the lower 29 bits of
 * the next word, the payload, and zeros up to a multiple of four. The upper three bits are 0, a
 * whole record: payloads aren't split where they hold the magic number, as readers that follow the
 * length don't look for it.
 */
public final class RecordIo {
  /** One more than the longest payload. */
  public static final long TOO_LONG = 1L << 29;

  private static final int MAGIC = 0xced7230a;
  private static final int HEADER_BYTES = 8;

  private RecordIo() {}

  static byte[] header(long length) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putInt((int) length)
        .array();
  }

  static byte[] padding(long length) {
    return new byte[(int) (-length & 3)];
  }

  /**
   * Makes a record of each piece.
   *
   * @param channel for the message about a piece that is too long
   */
  public static PieceSource wrap(PieceSource pieces, String channel) {
    ArrayDeque<Piece> ready = new ArrayDeque<>();
    return () -> {
      if (ready.isEmpty()) {
        Piece piece = pieces.next();
        if (piece == null) {
          return null;
        }
        checkLength(piece, channel);
        ready.add(new Piece.Literal(header(piece.size())));
        ready.add(piece);
        if ((piece.size() & 3) != 0) {
          ready.add(new Piece.Literal(padding(piece.size())));
        }
      }
      return ready.remove();
    };
  }

  private static void checkLength(Piece piece, String channel) throws IOException {
    if (piece.size() < TOO_LONG) {
      return;
    }
    if (piece instanceof Piece.StoredObject stored) {
      throw tooLong(stored.object(), stored.size(), channel);
    }
    throw new IOException("Channel \"" + channel + "\": a value of " + piece.size() + " bytes");
  }

  /** The message about an object that no record can hold. */
  public static ObjectStoreException tooLong(ObjectInfo object, long bytes, String channel) {
    return new ObjectStoreException(
        Kind.REFUSED,
        "Channel \""
            + channel
            + "\": the object "
            + object.uri()
            + " has "
            + bytes
            + " bytes, and a RecordIO record holds less than "
            + TOO_LONG
            + " (512 MiB). Split the object, or set RecordWrapperType to None.",
        null);
  }
}
