package dev.heddle.pipemode.read;

import static dev.heddle.pipemode.PatternSource.bytes;
import static dev.heddle.pipemode.PatternSource.object;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.PatternSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OrderedStreamTest {
  private static final int MIB = 1 << 20;

  private final PatternSource store = new PatternSource();
  private ParallelReader reader;

  @AfterEach
  void end() {
    if (reader != null) {
      reader.close();
    }
  }

  private void read(int connections, long memoryBytes, int streams) {
    reader = new ParallelReader(store, new ReadLimits(connections, memoryBytes, streams));
  }

  private static PieceSource pieces(ObjectInfo... objects) {
    return pieces(Arrays.asList(objects));
  }

  private static PieceSource pieces(List<ObjectInfo> objects) {
    Iterator<ObjectInfo> each = objects.iterator();
    return () -> each.hasNext() ? new Piece.StoredObject(each.next()) : null;
  }

  private static void add(Run run, ByteArrayOutputStream to) {
    byte[] some = new byte[run.bytes().remaining()];
    run.bytes().get(some);
    to.writeBytes(some);
  }

  private static byte[] drain(OrderedStream stream) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Run run = stream.next(); run != null; run = stream.next()) {
      add(run, all);
    }
    return all.toByteArray();
  }

  private static byte[] bytesOf(List<ObjectInfo> objects) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    objects.forEach(each -> all.writeBytes(bytes(each)));
    return all.toByteArray();
  }

  private static byte[] bytesOf(ObjectInfo... objects) {
    return bytesOf(Arrays.asList(objects));
  }

  @Test
  void theOrderIsKeptWhenPartsFinishOutOfOrder() throws Exception {
    read(3, 16 * MIB, 1);
    ObjectInfo a = object("a", 2 * MIB);
    ObjectInfo b = object("b", 2 * MIB);
    ObjectInfo c = object("c", 3 * MIB + 1);
    PatternSource.Hold hold = store.hold("a", 0);
    try (OrderedStream stream = reader.open(pieces(a, b, c), false)) {
      await().until(() -> store.given("b") == b.size() && store.given("c") == c.size());
      assertEquals(0, store.given("a"));
      hold.release();
      assertArrayEquals(bytesOf(a, b, c), drain(stream));
      assertEquals(3, stream.objects());
      assertEquals(7 * MIB + 1, stream.taken());
    }
  }

  @Test
  void anObjectLargerThanTheMemoryComesWhole() throws Exception {
    read(4, 2 * MIB, 1);
    ObjectInfo a = object("a", 37 * MIB + 5);
    try (OrderedStream stream = reader.open(pieces(a), false)) {
      assertArrayEquals(bytes(a), drain(stream));
      assertEquals(1, stream.objects());
    }
  }

  @Test
  void theFirstBytesAreHandedOverBeforeThePartIsComplete() throws Exception {
    read(2, 16 * MIB, 1);
    ObjectInfo a = object("a", 2 * MIB);
    PatternSource.Hold hold = store.hold("a", 1000);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OrderedStream stream = reader.open(pieces(a), false)) {
      while (all.size() < 1000) {
        add(stream.next(), all);
      }
      assertEquals(1000, store.given("a"));
      assertEquals(0, stream.objects());
      hold.release();
      all.writeBytes(drain(stream));
    }
    assertArrayEquals(bytes(a), all.toByteArray());
  }

  @Test
  void manyTinyObjectsComeInOrder() throws Exception {
    read(8, 4 * MIB, 1);
    List<ObjectInfo> objects = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      objects.add(object("tiny/" + i, 1));
    }
    try (OrderedStream stream = reader.open(pieces(objects), false)) {
      assertArrayEquals(bytesOf(objects), drain(stream));
      assertEquals(20_000, stream.objects());
    }
  }

  @Test
  void objectsWithoutBytesCountAndAddNothing() throws Exception {
    read(2, 4 * MIB, 1);
    ObjectInfo none = object("none", 0);
    ObjectInfo a = object("a", 10);
    try (OrderedStream stream = reader.open(pieces(none, a, none, none, a, none), false)) {
      assertArrayEquals(bytesOf(a, a), drain(stream));
      assertEquals(6, stream.objects());
    }
    try (OrderedStream stream = reader.open(pieces(none, none), false)) {
      assertEquals(0, drain(stream).length);
      assertEquals(2, stream.objects());
    }
    try (OrderedStream stream = reader.open(pieces(), false)) {
      assertNull(stream.next());
      assertNull(stream.next());
    }
  }

  @Test
  void piecesKeptApartEndWhereTheyEnd() throws Exception {
    read(2, 4 * MIB, 1);
    ObjectInfo none = object("none", 0);
    ObjectInfo a = object("a", 3 * MIB);
    ObjectInfo b = object("b", 10);
    List<Long> lengths = new ArrayList<>();
    try (OrderedStream stream = reader.open(pieces(none, a, none, none, b, none), true)) {
      long length = 0;
      for (Run run = stream.next(); run != null; run = stream.next()) {
        length += run.bytes().remaining();
        if (run.endsPiece()) {
          lengths.add(length);
          length = 0;
        }
      }
      assertEquals(0, length);
    }
    assertEquals(List.of(0L, 3L * MIB, 0L, 0L, 10L, 0L), lengths);
  }

  @Test
  void endlessObjectsWithoutBytesDoNotGrowUntaken() throws Exception {
    read(1, MIB, 2);
    AtomicLong calls = new AtomicLong();
    ObjectInfo none = object("none", 0);
    ObjectInfo b = object("b", 10);
    PieceSource endless =
        () -> {
          calls.incrementAndGet();
          return new Piece.StoredObject(none);
        };
    try (OrderedStream stream = reader.open(endless, false);
        OrderedStream other = reader.open(pieces(b), false)) {
      // There is one thread: it comes to the other stream only when it is done with the first.
      assertArrayEquals(bytes(b), drain(other));
      assertTrue(calls.get() < 10_000, "asked for " + calls);
      assertEquals(0, stream.next().bytes().remaining());
    }
  }

  @Test
  void aFailedPartFailsTheStreamAfterNoWrongByte() throws Exception {
    read(4, 8 * MIB, 1);
    ObjectInfo a = object("a", 2 * MIB);
    ObjectInfo b = object("b", 2 * MIB);
    store.failAt("b", 100);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OrderedStream stream = reader.open(pieces(a, b), false)) {
      ObjectStoreException failure =
          assertThrows(
              ObjectStoreException.class,
              () -> {
                while (true) {
                  add(stream.next(), all);
                }
              });
      assertTrue(failure.getMessage().contains("s3://bucket/b"), failure.getMessage());
      assertSame(failure, assertThrows(IOException.class, stream::next));
    }
    byte[] right = Arrays.copyOf(bytesOf(a, b), all.size());
    assertTrue(all.size() <= 2 * MIB + 100, all.size() + " bytes");
    assertArrayEquals(right, all.toByteArray());
  }

  @Test
  void aSourceThatFailsFailsTheStream() throws Exception {
    read(4, 8 * MIB, 1);
    IOException told = new IOException("no telling what comes next");
    try (OrderedStream stream =
        reader.open(
            () -> {
              throw told;
            },
            false)) {
      assertSame(told, assertThrows(IOException.class, stream::next));
    }
  }

  @Test
  void theNextStreamReadsAfterAnotherFailed() throws Exception {
    read(2, MIB, 1);
    store.failAt("bad", 1);
    ObjectInfo good = object("good", 5 * MIB);
    for (int i = 0; i < 20; i++) {
      try (OrderedStream stream = reader.open(pieces(object("bad", 4 * MIB), good), false)) {
        assertThrows(ObjectStoreException.class, () -> drain(stream));
      }
    }
    try (OrderedStream stream = reader.open(pieces(good), false)) {
      assertArrayEquals(bytes(good), drain(stream));
    }
  }

  @Test
  void whatIsFetchedAndNotTakenStaysWithinTheMemory() throws Exception {
    read(8, 3 * MIB, 1);
    ObjectInfo a = object("a", 40 * MIB);
    AtomicLong taken = new AtomicLong();
    store.taken(taken::get);
    try (OrderedStream stream = reader.open(pieces(a), false)) {
      for (Run run = stream.next(); run != null; run = stream.next()) {
        taken.addAndGet(run.bytes().remaining());
      }
    }
    assertEquals(a.size(), taken.get());
    assertTrue(store.mostOutstanding() <= 3 * MIB, store.mostOutstanding() + " bytes");
  }

  @Test
  void beforeAnybodyAsksOnlyALittleIsFetched() throws Exception {
    read(4, 64 * MIB, 1);
    ObjectInfo a = object("a", 60 * MIB);
    try (OrderedStream stream = reader.open(pieces(a), false)) {
      await().until(() -> store.given("a") == 8 * MIB);
      assertEquals(8 * MIB, store.asked());
      assertNotNull(stream.next());
      await().until(() -> store.given("a") == 60 * MIB);
    }
  }

  @Test
  void closingGivesAllMemoryBack() throws Exception {
    read(3, MIB, 1);
    ObjectInfo held = object("held", 2 * MIB);
    ObjectInfo a = object("a", 9 * MIB);
    PatternSource.Hold hold = store.hold("held", 300_000);
    for (int i = 0; i < 100; i++) {
      try (OrderedStream stream = reader.open(pieces(held), false)) {
        if (i % 2 == 0) {
          assertTrue(stream.next().bytes().hasRemaining());
          hold.awaitReached();
        }
      }
    }
    try (OrderedStream stream = reader.open(pieces(a), false)) {
      assertArrayEquals(bytes(a), drain(stream));
    }
  }

  @Test
  void aClosedStreamFailsItsTaker() throws Exception {
    read(3, MIB, 1);
    store.hold("a", 0);
    OrderedStream stream = reader.open(pieces(object("a", 10)), false);
    Thread closer =
        new Thread(
            () -> {
              await().until(() -> store.asked() > 0);
              stream.close();
            });
    closer.start();
    assertThrows(IOException.class, stream::next);
    closer.join();
  }

  @Test
  void aStreamThatNobodyReadsDoesNotStopAnother() throws Exception {
    read(2, 4 * MIB, 2);
    ObjectInfo unread = object("unread", 64 * MIB);
    ObjectInfo a = object("a", 32 * MIB);
    try (OrderedStream left = reader.open(pieces(unread), false)) {
      // Somebody asked once, so that it may have all of its share.
      assertNotNull(left.next());
      try (OrderedStream stream = reader.open(pieces(a), false)) {
        assertArrayEquals(bytes(a), drain(stream));
      }
      assertArrayEquals(
          Arrays.copyOfRange(bytes(unread), (int) left.taken(), 64 * MIB), drain(left));
    }
  }

  @Test
  void howeverManyStreamsNobodyReadsAnotherGoesOn() throws Exception {
    int streams = 5;
    for (long memory : new long[] {MIB, 10L * MIB, 96L * MIB}) {
      read(3, memory, streams);
      List<OrderedStream> left = new ArrayList<>();
      for (int i = 1; i < streams; i++) {
        left.add(reader.open(pieces(object("unread" + i, 64 * MIB)), false));
        // Each was asked, and fetches all that it may have.
        assertNotNull(left.get(i - 1).next());
      }
      ObjectInfo a = object("a", 24 * MIB);
      assertArrayEquals(bytes(a), drain(reader.open(pieces(a), false)), memory + " bytes");
      end();
    }
  }
}
