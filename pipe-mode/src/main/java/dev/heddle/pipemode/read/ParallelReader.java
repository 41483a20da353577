package dev.heddle.pipemode.read;

import dev.heddle.pipemode.ObjectSource;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads streams of objects over a bounded number of connections into a bounded amount of memory,
 * which all its streams share.
 */
public final class ParallelReader implements Closeable {
  private final ObjectSource store;
  private final int slabsOfOneStream;
  private final SlabPool memory;
  private final ThreadPoolExecutor threads;
  private final Set<OrderedStream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean starved;

  /**
   * @param store not closed by this reader
   */
  public ParallelReader(ObjectSource store, ReadLimits limits) {
    this.store = store;
    slabsOfOneStream = limits.slabsOfOneStream();
    memory = new SlabPool(limits);
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            limits.connections(),
            limits.connections(),
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "read-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Begins to read; some of it before anybody asks.
   *
   * @param apart whether a run ends where a piece ends
   */
  public OrderedStream open(PieceSource source, boolean apart) {
    OrderedStream stream = new OrderedStream(this, source, apart, slabsOfOneStream);
    streams.add(stream);
    stream.plan();
    return stream;
  }

  ObjectSource store() {
    return store;
  }

  /** Null when there is none now; its stream is asked to plan again when there is. */
  ByteBuffer takeBuffer(OrderedStream stream) {
    ByteBuffer buffer = memory.poll(stream);
    if (buffer == null) {
      starved = true;
      // One may have come back before that was known.
      buffer = memory.poll(stream);
    }
    return buffer;
  }

  void giveBack(OrderedStream stream, ByteBuffer buffer) {
    memory.giveBack(stream, buffer);
    if (starved) {
      starved = false;
      // Not at once: the caller holds its own stream's monitor.
      execute(() -> streams.forEach(OrderedStream::plan));
    }
  }

  void execute(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      // The reader is closed, and all its streams with it.
    }
  }

  void closed(OrderedStream stream) {
    streams.remove(stream);
  }

  /** Closes all streams. */
  @Override
  public void close() {
    streams.forEach(OrderedStream::close);
    threads.shutdownNow();
  }
}
