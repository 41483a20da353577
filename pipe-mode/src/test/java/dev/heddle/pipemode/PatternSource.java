package dev.heddle.pipemode;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Objects whose bytes follow from their keys. Reads are held or fail at a byte as they are told to,
 * and what is fetched and not yet taken is counted.
 */
public final class PatternSource implements ObjectSource {
  private static final int STEP = 64 * 1024;

  private final Map<String, Hold> holds = new ConcurrentHashMap<>();
  private final Map<String, Long> failures = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> given = new ConcurrentHashMap<>();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong mostOutstanding = new AtomicLong();
  private volatile LongSupplier taken = () -> 0;

  /** A read that waits. */
  public static final class Hold {
    private final long at;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private Hold(long at) {
      this.at = at;
    }

    public void awaitReached() throws InterruptedException {
      reached.await();
    }

    public void release() {
      go.countDown();
    }
  }

  public static ObjectInfo object(String key, long size) {
    return new ObjectInfo(new ObjectUri("s3", "bucket", key), size, "\"t\"");
  }

  private static byte at(String key, long offset) {
    return (byte) (((key.hashCode() + offset) * 0x9e3779b97f4a7c15L) >>> 40);
  }

  public static byte[] bytes(ObjectInfo object) {
    byte[] bytes = new byte[(int) object.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(object.uri().key(), i);
    }
    return bytes;
  }

  /** Reads of the object wait at this byte of it. */
  public Hold hold(String key, long at) {
    Hold hold = new Hold(at);
    holds.put(key, hold);
    return hold;
  }

  /** Reads of the object fail at this byte of it. */
  public void failAt(String key, long at) {
    failures.put(key, at);
  }

  /** Says how much was taken so far. */
  public void taken(LongSupplier bytes) {
    taken = bytes;
  }

  /** The most that was at any time asked for and not taken. */
  public long mostOutstanding() {
    return mostOutstanding.get();
  }

  /** Bytes that were asked for. */
  public long asked() {
    return asked.get();
  }

  /** Bytes of the object that have come. */
  public long given(String key) {
    return given.computeIfAbsent(key, k -> new AtomicLong()).get();
  }

  @Override
  public void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival)
      throws ObjectStoreException {
    String key = object.uri().key();
    long ahead = asked.addAndGet(into.remaining()) - taken.getAsLong();
    mostOutstanding.accumulateAndGet(ahead, Math::max);
    AtomicLong count = given.computeIfAbsent(key, k -> new AtomicLong());
    Hold hold = holds.get(key);
    long failure = failures.getOrDefault(key, Long.MAX_VALUE);
    long place = offset;
    while (into.hasRemaining()) {
      if (hold != null && place == hold.at) {
        await(hold, object);
      }
      if (place == failure) {
        throw new ObjectStoreException(
            ObjectStoreException.Kind.REFUSED,
            "Could not read " + object.uri() + ": told so.",
            null);
      }
      long until = Math.min(place + Math.min(STEP, into.remaining()), stop(failure, place));
      until = hold == null ? until : Math.min(until, stop(hold.at, place));
      int n = (int) (until - place);
      for (; place < until; place++) {
        into.put(at(key, place));
      }
      count.addAndGet(n);
      arrival.arrived(n);
    }
  }

  private static long stop(long at, long place) {
    return at > place ? at : Long.MAX_VALUE;
  }

  private static void await(Hold hold, ObjectInfo object) throws ObjectStoreException {
    hold.reached.countDown();
    try {
      hold.go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ObjectStoreException(
          ObjectStoreException.Kind.UNREACHABLE, "Stopped reading " + object.uri(), e);
    }
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) {
    throw new UnsupportedOperationException();
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    // There is nothing to give back.
  }
}
