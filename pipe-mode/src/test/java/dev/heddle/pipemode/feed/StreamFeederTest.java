package dev.heddle.pipemode.feed;

import static dev.heddle.pipemode.PatternSource.bytes;
import static dev.heddle.pipemode.PatternSource.object;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.PatternSource;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StreamFeederTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path scratch;
  private final PatternSource store = new PatternSource();
  private final ParallelReader reader = new ParallelReader(store, new ReadLimits(2, 4 * MIB, 1));
  private final AtomicInteger epochs = new AtomicInteger();

  /** Takes so many bytes, and is closed then. */
  private static final class Sink implements ByteSink {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final int most;

    Sink(int most) {
      this.most = most;
    }

    @Override
    public boolean write(ByteBuffer bytes) {
      while (bytes.hasRemaining() && all.size() < most) {
        all.write(bytes.get());
      }
      return !bytes.hasRemaining();
    }

    @Override
    public void close() {
      // It is memory.
    }
  }

  @AfterEach
  void end() {
    reader.close();
  }

  private StreamFeeder feeder(ObjectInfo object) {
    return new StreamFeeder(
        "train",
        epoch -> {
          epochs.incrementAndGet();
          Iterator<ObjectInfo> each = List.of(object).iterator();
          return PipeFormat.PLAIN.open(
              reader,
              () -> each.hasNext() ? new Piece.StoredObject(each.next()) : null,
              "train",
              scratch);
        },
        System::nanoTime);
  }

  @Test
  void epochsFollowOneAnotherInOneStream() throws Exception {
    ObjectInfo a = object("a", MIB + 1);
    Sink sink = new Sink(Integer.MAX_VALUE);
    StreamFeeder feeder = feeder(a);
    assertTrue(feeder.feed(3, sink));
    ByteArrayOutputStream right = new ByteArrayOutputStream();
    for (int i = 0; i < 3; i++) {
      right.writeBytes(bytes(a));
    }
    assertArrayEquals(right.toByteArray(), sink.all.toByteArray());
    assertEquals(3L * (MIB + 1), feeder.status().totalBytes());
    assertEquals(3L * (MIB + 1), feeder.status().storedBytes());
  }

  @Test
  void aReaderThatClosedEndsTheFeeding() throws Exception {
    assertFalse(feeder(object("a", 4 * MIB)).feed(3, new Sink(100)));
    assertEquals(1, epochs.get());
  }

  @Test
  void dataThatCannotBeHadIsToldAndNotTakenForAnEnd() {
    store.failAt("a", MIB);
    ObjectStoreException failure =
        assertThrows(
            ObjectStoreException.class,
            () -> feeder(object("a", 4 * MIB)).feed(1, new Sink(Integer.MAX_VALUE)));
    assertTrue(failure.getMessage().contains("s3://bucket/a"), failure.getMessage());
  }
}
