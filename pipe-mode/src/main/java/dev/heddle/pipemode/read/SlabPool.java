package dev.heddle.pipemode.read;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The memory of a reader: direct buffers of one size, made when first needed and kept. What is sure
 * to each stream stays free for it, also while it has not begun.
 */
final class SlabPool {
  private static final Logger LOG = LogManager.getLogger(SlabPool.class);

  private final int slabBytes;
  private final int streams;
  private final int sure;
  // Of each stream that has any.
  private final Map<OrderedStream, Integer> held = new HashMap<>();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private int unmade;
  private int made;

  SlabPool(ReadLimits limits) {
    this.slabBytes = limits.slabBytes();
    this.streams = limits.streams();
    this.sure = limits.sureSlabs();
    this.unmade = limits.slabs();
  }

  /** Null when all are in use, or stay for other streams. */
  synchronized ByteBuffer poll(OrderedStream stream) {
    if (held.getOrDefault(stream, 0) >= sure && free.size() + unmade <= sureToOthers(stream)) {
      return null;
    }
    ByteBuffer buffer = free.pollLast();
    if (buffer == null && unmade > 0) {
      buffer = make();
    }
    if (buffer != null) {
      held.merge(stream, 1, Integer::sum);
    }
    return buffer;
  }

  /** How many stay free for streams other than this one, which has some. */
  private int sureToOthers(OrderedStream stream) {
    int kept = Math.max(0, streams - held.size()) * sure;
    for (Map.Entry<OrderedStream, Integer> other : held.entrySet()) {
      kept += other.getKey() == stream ? 0 : Math.max(0, sure - other.getValue());
    }
    return kept;
  }

  private ByteBuffer make() {
    try {
      ByteBuffer buffer = ByteBuffer.allocateDirect(slabBytes);
      made++;
      unmade--;
      return buffer;
    } catch (OutOfMemoryError e) {
      if (made == 0) {
        throw e;
      }
      LOG.warn(
          "This JVM allows {} bytes of direct memory and no more (-XX:MaxDirectMemorySize), reading"
              + " is slower for it",
          (long) made * slabBytes);
      unmade = 0;
      return null;
    }
  }

  synchronized void giveBack(OrderedStream stream, ByteBuffer buffer) {
    held.computeIfPresent(stream, (key, count) -> count == 1 ? null : count - 1);
    buffer.clear();
    free.addLast(buffer);
  }
}
