package dev.heddle.pipemode.read;

import dev.heddle.pipemode.read.Slab.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The bytes of many objects, one after the other, fetched side by side. Taken by one thread; may be
 * closed by any. What is not taken stays within the reader's memory, and nothing more is fetched
 * until it is.
 */
public final class OrderedStream implements Closeable {
  /** What is handed over at once: a whole pipe's worth. */
  private static final int RUN = 1 << 20;

  /** How long less than a whole run is kept back when more is coming. */
  private static final long PATIENCE_NANOS = 20_000_000;

  /** What is fetched before anybody asks. */
  private static final int SLABS_AHEAD = 2;

  private final ParallelReader reader;
  private final PieceSource source;
  private final boolean apart;
  private final int mostSlabs;

  private final ArrayDeque<Slab> slabs = new ArrayDeque<>();
  // Slabs whose buffer this stream has, those of running fetches after a close included.
  private int held;
  private boolean asked;
  private boolean planning;
  private boolean planned;
  private boolean waiting;
  private boolean closed;
  private Throwable failure;
  private Thread planner;
  private long taken;
  private long objects;

  // The planner's own.
  private Piece piece;
  private long pieceOffset;

  OrderedStream(ParallelReader reader, PieceSource source, boolean apart, int mostSlabs) {
    this.reader = reader;
    this.source = source;
    this.apart = apart;
    this.mostSlabs = mostSlabs;
  }

  /** Bytes taken so far. */
  public synchronized long taken() {
    return taken;
  }

  /** Stored objects whose last byte was taken. */
  public synchronized long objects() {
    return objects;
  }

  /**
   * The next bytes, up to 1 MiB, or null at the end. The former run's view is no longer valid.
   *
   * @throws IOException when a piece can't be read, for good; also after {@link #close}
   */
  public Run next() throws IOException, InterruptedException {
    synchronized (this) {
      if (!asked) {
        asked = true;
        plan();
      }
      Slab slab = awaitBytes();
      if (slab == null) {
        return null;
      }
      Run run = slab.take(RUN, apart);
      taken += run.bytes().remaining();
      objects += slab.objectsEnded();
      return run;
    }
  }

  /** The first slab once it has a run, or null at the end. */
  private Slab awaitBytes() throws IOException, InterruptedException {
    long since = System.nanoTime();
    try {
      while (true) {
        rethrow();
        Slab first = slabs.peekFirst();
        if (first == null && planned) {
          return null;
        }
        if (first != null && first.exhausted()) {
          slabs.removeFirst();
          leave(first);
          continue;
        }
        if (first != null && isEnough(first, since)) {
          return first;
        }
        plan();
        waiting = true;
        if (first != null && first.available() > 0) {
          wait(PATIENCE_NANOS / 1_000_000);
        } else {
          wait();
        }
      }
    } finally {
      waiting = false;
    }
  }

  private boolean isEnough(Slab first, long since) {
    if (apart && first.hasPieceEnd()) {
      return true;
    }
    int available = first.available();
    return available >= RUN
        || (first.complete() && (available > 0 || first.hasPieceEnd()))
        || (available > 0 && (taken < RUN || System.nanoTime() - since >= PATIENCE_NANOS));
  }

  private void rethrow() throws IOException {
    if (closed) {
      throw new IOException("the stream was closed");
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /** Goes on planning when there is something to plan and memory for it. */
  synchronized void plan() {
    int most = asked ? mostSlabs : Math.min(SLABS_AHEAD, mostSlabs);
    if (closed || failure != null || planned || planning || held >= most) {
      return;
    }
    ByteBuffer buffer = reader.takeBuffer(this);
    if (buffer == null) {
      return; // asked again when there is one
    }
    planning = true;
    held++;
    Slab slab = new Slab(buffer);
    slabs.addLast(slab);
    reader.execute(() -> fill(slab));
  }

  /** Plans one slab. */
  private void fill(Slab slab) {
    synchronized (this) {
      planner = Thread.currentThread();
    }
    try {
      boolean more = true;
      while (more) {
        if (piece == null) {
          piece = source.next();
          pieceOffset = 0;
        }
        more = piece == null ? end() : add(slab);
      }
    } catch (Throwable e) {
      fail(e);
    } finally {
      synchronized (this) {
        planner = null;
        // An interrupt was for this stream's planning; the thread goes on with another's work.
        boolean unused = Thread.interrupted();
        slab.seal();
        planning = false;
        if (closed) {
          releaseWhenQuiet(slab);
        }
        wake();
      }
    }
    plan();
  }

  private synchronized boolean end() {
    planned = true;
    return false;
  }

  /** Adds what fits of the current piece; says whether the slab can take more. */
  private boolean add(Slab slab) {
    Segment segment = null;
    synchronized (this) {
      if (closed || failure != null) {
        return false;
      }
      long left = piece.size() - pieceOffset;
      if (slab.full()) {
        return false;
      }
      int length = left == 0 ? 0 : slab.room(left);
      if (left > 0 && length == 0) {
        return false;
      }
      boolean ends = length == left;
      if (piece instanceof Piece.StoredObject object && length > 0) {
        segment = slab.addRange(object.object(), pieceOffset, length, ends);
      } else if (piece instanceof Piece.Literal literal) {
        slab.addBytes(literal.bytes(), (int) pieceOffset, length, ends);
        wake();
      } else {
        slab.addEmptyObject();
        wake();
      }
      pieceOffset += length;
      if (ends) {
        piece = null;
      }
    }
    if (segment != null) {
      Segment toFetch = segment;
      reader.execute(() -> fetch(toFetch));
    }
    return true;
  }

  private void fetch(Segment segment) {
    boolean wanted;
    synchronized (this) {
      wanted = !closed && failure == null;
      segment.thread = wanted ? Thread.currentThread() : null;
    }
    try {
      if (wanted) {
        reader
            .store()
            .read(segment.object, segment.offset, segment.place(), n -> arrived(segment, n));
      }
    } catch (Throwable e) {
      fail(e);
    } finally {
      synchronized (this) {
        segment.thread = null;
        boolean unused = Thread.interrupted();
        segment.slab.fetched();
        if (closed) {
          releaseWhenQuiet(segment.slab);
        }
      }
    }
  }

  private synchronized void arrived(Segment segment, int bytes) {
    segment.slab.arrived(segment, bytes);
    if (waiting && segment.slab == slabs.peekFirst()) {
      wake();
    }
  }

  private void wake() {
    if (waiting) {
      notifyAll();
    }
  }

  private synchronized void fail(Throwable cause) {
    if (!closed && failure == null) {
      failure =
          cause instanceof InterruptedException ? new IOException("reading was stopped") : cause;
      stopFetches();
      wake();
    }
  }

  private void stopFetches() {
    slabs.forEach(Slab::interruptFetches);
    if (planner != null) {
      planner.interrupt();
    }
  }

  /** A slab that was taken whole. */
  private void leave(Slab slab) {
    held--;
    reader.giveBack(this, slab.buffer());
    plan();
  }

  /** After a close. */
  private void releaseWhenQuiet(Slab slab) {
    if (slab.quiet() && slabs.remove(slab)) {
      held--;
      reader.giveBack(this, slab.buffer());
    }
  }

  /** Ends all fetching; the memory goes back as the fetches end. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      stopFetches();
      for (Slab slab : slabs.toArray(Slab[]::new)) {
        if (!planning || slab != slabs.peekLast()) {
          releaseWhenQuiet(slab);
        }
      }
      notifyAll();
    }
    reader.closed(this);
  }
}
