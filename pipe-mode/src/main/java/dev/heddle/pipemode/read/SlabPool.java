package dev.heddle.pipemode.read;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The memory of a reader: direct buffers of one size, made when first needed and kept. */
final class SlabPool {
  private static final Logger LOG = LogManager.getLogger(SlabPool.class);

  private final int slabBytes;
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private int unmade;
  private int made;

  SlabPool(int slabBytes, int count) {
    this.slabBytes = slabBytes;
    this.unmade = count;
  }

  /** Null when all are in use. */
  synchronized ByteBuffer poll() {
    ByteBuffer buffer = free.pollLast();
    if (buffer == null && unmade > 0) {
      buffer = make();
    }
    return buffer;
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

  synchronized void giveBack(ByteBuffer buffer) {
    buffer.clear();
    free.addLast(buffer);
  }
}
