package dev.heddle.pipemode.read;

import dev.heddle.pipemode.ObjectInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a stream in one buffer, filled in several places at once and taken from its
 * beginning. Its stream's monitor guards it; only the bytes themselves are written without.
 */
final class Slab {
  /** So many small objects are in flight at most for each slab. */
  private static final int MOST_SEGMENTS = 1024;

  /** What is left of a slab isn't worth a request of its own when more would follow. */
  private static final int SMALLEST_REST = 1 << 20;

  /**
   * A range of an object that goes to one place in the slab; without an object, bytes put there.
   */
  static final class Segment {
    final Slab slab;
    final ObjectInfo object;
    final long offset;
    final int start;
    final int length;
    final boolean endsPiece;
    final boolean endsObject;
    private int filled;
    // Who fetches it.
    Thread thread;

    private Segment(
        Slab slab,
        ObjectInfo object,
        long offset,
        int start,
        int length,
        boolean endsPiece,
        boolean endsObject) {
      this.slab = slab;
      this.object = object;
      this.offset = offset;
      this.start = start;
      this.length = length;
      this.endsPiece = endsPiece;
      this.endsObject = endsObject;
    }

    /** The place to fill. */
    ByteBuffer place() {
      return slab.buffer.duplicate().position(start).limit(start + length);
    }

    private int end() {
      return start + length;
    }
  }

  private final ByteBuffer buffer;
  private final List<Segment> segments = new ArrayList<>();
  // Segments whose fetch isn't over.
  private int pending;
  private int end;
  private boolean sealed;
  // All before this segment is there; so are the bytes up to ready.
  private int firstUnfilled;
  private int ready;
  private int firstUntaken;
  private int taken;

  Slab(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  /** Whether it takes no further piece, not even one without bytes. */
  boolean full() {
    return segments.size() >= MOST_SEGMENTS;
  }

  /**
   * How many of so many bytes of one piece go here; 0 when the slab should be sealed.
   *
   * @param bytes 1 or more
   */
  int room(long bytes) {
    int rest = buffer.capacity() - end;
    if (bytes > rest && rest < SMALLEST_REST && end > 0) {
      return 0;
    }
    return (int) Math.min(bytes, rest);
  }

  Segment addRange(ObjectInfo object, long offset, int length, boolean endsPiece) {
    Segment segment = new Segment(this, object, offset, end, length, endsPiece, endsPiece);
    segments.add(segment);
    end += length;
    pending++;
    advance();
    return segment;
  }

  void addBytes(byte[] bytes, int from, int length, boolean endsPiece) {
    buffer.duplicate().position(end).put(bytes, from, length);
    add(new Segment(this, null, 0, end, length, endsPiece, false));
  }

  /** An object that needs no fetch. */
  void addEmptyObject() {
    add(new Segment(this, null, 0, end, 0, true, true));
  }

  private void add(Segment segment) {
    int length = segment.length;
    segment.filled = length;
    segments.add(segment);
    end += length;
    advance();
  }

  void seal() {
    sealed = true;
  }

  /** Bytes have come for a segment. */
  void arrived(Segment segment, int bytes) {
    segment.filled += bytes;
    advance();
  }

  private void advance() {
    while (firstUnfilled < segments.size()) {
      Segment segment = segments.get(firstUnfilled);
      ready = segment.start + segment.filled;
      if (segment.filled < segment.length) {
        return;
      }
      firstUnfilled++;
    }
  }

  void fetched() {
    pending--;
  }

  /** Whether nobody writes to the buffer any more. */
  boolean quiet() {
    return pending == 0;
  }

  /** Bytes that are there and not taken yet. */
  int available() {
    return ready - taken;
  }

  /** Whether all that will ever be here is here. */
  boolean complete() {
    return sealed && firstUnfilled == segments.size();
  }

  boolean exhausted() {
    return complete() && firstUntaken == segments.size();
  }

  /** Whether a piece ends among the bytes that are there, or is empty. */
  boolean hasPieceEnd() {
    return firstUntaken < firstUnfilled;
  }

  /** How many objects end with the bytes that the last {@link #take} gave. */
  private int objectsEnded;

  int objectsEnded() {
    return objectsEnded;
  }

  /**
   * The next bytes that are there.
   *
   * @param apart stops at the end of a piece
   */
  Run take(int most, boolean apart) {
    objectsEnded = 0;
    int until = Math.min(ready, taken + most);
    boolean ended = false;
    while (firstUntaken < firstUnfilled && segments.get(firstUntaken).end() <= until) {
      Segment segment = segments.get(firstUntaken++);
      if (segment.endsObject) {
        objectsEnded++;
      }
      if (apart && segment.endsPiece) {
        until = segment.end();
        ended = true;
        break;
      }
    }
    ByteBuffer bytes = buffer.duplicate().position(taken).limit(until).slice();
    taken = until;
    return new Run(bytes, ended);
  }

  /** Interrupts the fetches that run. */
  void interruptFetches() {
    for (Segment segment : segments) {
      if (segment.thread != null) {
        segment.thread.interrupt();
      }
    }
  }
}
