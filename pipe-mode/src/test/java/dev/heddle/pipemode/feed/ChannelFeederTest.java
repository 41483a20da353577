package dev.heddle.pipemode.feed;

import static dev.heddle.pipemode.PatternSource.bytes;
import static dev.heddle.pipemode.PatternSource.object;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.PatternSource;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChannelFeederTest {
  private static final int MIB = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir private Path directory;
  @TempDir private Path scratch;
  private final PatternSource store = new PatternSource();
  private final ParallelReader reader = new ParallelReader(store, new ReadLimits(4, 4 * MIB, 1));
  private final List<IOException> failures = new CopyOnWriteArrayList<>();
  private ChannelFeeder feeder;

  @AfterEach
  void end() {
    if (feeder != null) {
      feeder.close();
    }
    reader.close();
  }

  private Path pipe(int epoch) {
    return directory.resolve("train_" + epoch);
  }

  private void feed(int epochs, EpochSource source) throws IOException {
    feeder =
        new ChannelFeeder(
            "test", "train", directory, source, epochs, System::nanoTime, failures::add);
    feeder.start();
  }

  private EpochBytes open(List<ObjectInfo> objects) {
    Iterator<ObjectInfo> each = objects.iterator();
    return PipeFormat.PLAIN.open(
        reader,
        () -> each.hasNext() ? new Piece.StoredObject(each.next()) : null,
        "train",
        scratch);
  }

  private EpochSource always(ObjectInfo... objects) {
    return epoch -> open(Arrays.asList(objects));
  }

  /** Bytes made by hand. */
  private abstract static class HandMade implements EpochBytes {
    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public long objects() {
      return 0;
    }

    @Override
    public void close() {
      // There is nothing to give back.
    }
  }

  private static byte[] readAll(Path pipe) throws IOException {
    try (InputStream in = Files.newInputStream(pipe)) {
      return in.readAllBytes();
    }
  }

  /** Reads a pipe to its end as another would; ends with what came, never before the end. */
  private static CompletableFuture<byte[]> reading(Path pipe) {
    CompletableFuture<byte[]> all = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                all.complete(readAll(pipe));
              } catch (IOException e) {
                all.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return all;
  }

  @Test
  void atTheEndOfAnEpochTheNextPipeIsThereAndTheFormerGone() throws Exception {
    ObjectInfo a = object("a", 3 * MIB + 7);
    feed(Integer.MAX_VALUE, always(a));
    for (int epoch = 0; epoch < 20; epoch++) {
      byte[] all;
      try (InputStream in = Files.newInputStream(pipe(epoch))) {
        all = in.readAllBytes();
        assertTrue(Files.exists(pipe(epoch + 1)));
        assertFalse(Files.exists(pipe(epoch)));
      }
      assertArrayEquals(bytes(a), all);
    }
    assertTrue(failures.isEmpty());
  }

  @Test
  void epochsThatAreShuffledFlowEachThroughItsOwnPipe() throws Exception {
    List<List<ObjectInfo>> orders = new ArrayList<>();
    List<ObjectInfo> objects = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      objects.add(object("k" + i, 1000 + i));
    }
    for (int epoch = 0; epoch < 5; epoch++) {
      List<ObjectInfo> order = new ArrayList<>(objects);
      Collections.shuffle(order, new Random(epoch));
      orders.add(order);
    }
    feed(5, epoch -> open(orders.get(epoch)));
    for (int epoch = 0; epoch < 5; epoch++) {
      ByteArrayOutputStream right = new ByteArrayOutputStream();
      orders.get(epoch).forEach(each -> right.writeBytes(bytes(each)));
      assertArrayEquals(right.toByteArray(), readAll(pipe(epoch)), "epoch " + epoch);
    }
    feeder.awaitEnd();
    assertTrue(feeder.failure().isEmpty());
    assertFalse(Files.exists(pipe(4)));
    assertFalse(Files.exists(pipe(5)));
  }

  @Test
  void aReaderThatClosesEarlyEndsTheEpoch() throws Exception {
    ObjectInfo a = object("a", 20 * MIB);
    feed(Integer.MAX_VALUE, always(a));
    for (int epoch = 0; epoch < 5; epoch++) {
      try (InputStream in = Files.newInputStream(pipe(epoch))) {
        assertEquals(bytes(a)[0], (byte) in.read());
      }
      Path next = pipe(epoch + 1);
      await().pollInterval(Duration.ofMillis(2)).atMost(SOON).until(() -> Files.exists(next));
      Path former = pipe(epoch);
      await().atMost(SOON).until(() -> !Files.exists(former));
    }
    assertArrayEquals(bytes(a), readAll(pipe(5)));
    assertTrue(failures.isEmpty());
  }

  @Test
  void aReaderThatClosesWhileDataIsWaitedForGetsTheNextEpoch() throws Exception {
    ObjectInfo a = object("a", 20 * MIB);
    PatternSource.Hold hold = store.hold("a", 10);
    feed(Integer.MAX_VALUE, always(a));
    try (InputStream in = Files.newInputStream(pipe(0))) {
      assertEquals(bytes(a)[0], (byte) in.read());
      hold.awaitReached();
    }
    await().atMost(SOON).until(() -> Files.exists(pipe(1)));
    hold.release();
    assertArrayEquals(bytes(a), readAll(pipe(1)));
    assertTrue(failures.isEmpty());
  }

  @Test
  void aReaderThatIsGoneIsNotHarmedByDataThatCannotBeHad() throws Exception {
    ObjectInfo a = object("a", 2 * MIB);
    CountDownLatch opened = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    feed(
        Integer.MAX_VALUE,
        epoch ->
            epoch > 0
                ? open(List.of(a))
                : new HandMade() {
                  private boolean begun;

                  @Override
                  public ByteBuffer next() throws IOException, InterruptedException {
                    if (!begun) {
                      begun = true;
                      return ByteBuffer.wrap(new byte[] {1});
                    }
                    opened.countDown();
                    gone.await();
                    throw new IOException("too late");
                  }
                });
    try (InputStream in = Files.newInputStream(pipe(0))) {
      assertEquals(1, in.read());
      opened.await();
    }
    gone.countDown();
    await().atMost(SOON).until(() -> Files.exists(pipe(1)));
    assertArrayEquals(bytes(a), readAll(pipe(1)));
    assertTrue(failures.isEmpty());
  }

  @Test
  void anUndrainedPipeIsNotMixedWithTheNext() throws Exception {
    ObjectInfo a = object("a", 50_000);
    ObjectInfo b = object("b", 3 * MIB);
    feed(2, epoch -> open(List.of(epoch == 0 ? a : b)));
    try (InputStream first = Files.newInputStream(pipe(0))) {
      await().atMost(SOON).until(() -> Files.exists(pipe(1)));
      assertArrayEquals(bytes(b), readAll(pipe(1)));
      assertArrayEquals(bytes(a), first.readAllBytes());
    }
  }

  @Test
  void whatASlowReaderDoesNotTakeStaysWithinTheMemory() throws Exception {
    ObjectInfo a = object("a", 30 * MIB);
    // What went into the pipe is the reader's.
    feed(1, always(a));
    store.taken(() -> feeder.status().totalBytes());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (InputStream in = Files.newInputStream(pipe(0))) {
      for (int i = 0; i < 20; i++) {
        all.writeBytes(in.readNBytes(MIB / 4));
        // The feeder comes as far as it can, which is where it waits for its reader.
        long waited = feeder.status().readerWaitNanos();
        await()
            .pollInterval(Duration.ofMillis(5))
            .until(() -> feeder.status().readerWaitNanos() > waited + 30_000_000);
      }
      assertTrue(store.asked() < a.size() / 2, store.asked() + " bytes asked for");
      all.writeBytes(in.readAllBytes());
    }
    assertArrayEquals(bytes(a), all.toByteArray());
    assertTrue(store.mostOutstanding() <= 4 * MIB, store.mostOutstanding() + " bytes");
  }

  @Test
  void withoutAReaderClosingReturnsAtOnceAndRemovesThePipe() throws Exception {
    feed(Integer.MAX_VALUE, always(object("a", 9 * MIB)));
    assertTrue(Files.exists(pipe(0)));
    long since = System.nanoTime();
    feeder.close();
    assertTrue(System.nanoTime() - since < SOON.toNanos());
    assertFalse(Files.exists(pipe(0)));
    assertTrue(failures.isEmpty());
    feeder.close();
  }

  @Test
  void closingWhileTheReaderDoesNotReadReturnsSoon() throws Exception {
    feed(Integer.MAX_VALUE, always(object("a", 9 * MIB)));
    try (InputStream in = Files.newInputStream(pipe(0))) {
      await().atMost(SOON).until(() -> feeder.status().bytes() > 0);
      await().atMost(SOON).until(() -> feeder.status().readerWaitNanos() > 100_000_000);
      long since = System.nanoTime();
      feeder.close();
      assertTrue(System.nanoTime() - since < SOON.toNanos());
      assertTrue(in.readAllBytes().length > 0);
    }
    assertFalse(Files.exists(pipe(0)));
    assertTrue(failures.isEmpty());
  }

  @Test
  void closingWhileDataIsAwaitedReturnsSoon() throws Exception {
    PatternSource.Hold hold = store.hold("a", 10);
    feed(Integer.MAX_VALUE, always(object("a", 9 * MIB)));
    try (InputStream in = Files.newInputStream(pipe(0))) {
      assertEquals(10, in.readNBytes(10).length);
      hold.awaitReached();
      long since = System.nanoTime();
      feeder.close();
      assertTrue(System.nanoTime() - since < SOON.toNanos());
    }
    assertTrue(failures.isEmpty());
  }

  @Test
  void closingWhileAFileIsReadIsNoFailure() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    feed(
        1,
        epoch ->
            new HandMade() {
              @Override
              public ByteBuffer next() throws IOException {
                try {
                  reached.countDown();
                  new CountDownLatch(1).await();
                  return null;
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                  throw new ClosedByInterruptException();
                }
              }
            });
    try (InputStream in = Files.newInputStream(pipe(0))) {
      reached.await();
      feeder.close();
      assertEquals(-1, in.read());
    }
    assertTrue(failures.isEmpty());
    assertTrue(feeder.failure().isEmpty());
  }

  @Test
  void aFailureIsToldOnceAndTheReaderSeesNoEndBeforeTheFeederIsClosed() throws Exception {
    ObjectInfo a = object("a", 2 * MIB);
    store.failAt("a", MIB + 3);
    feed(Integer.MAX_VALUE, always(a));
    CompletableFuture<byte[]> all = reading(pipe(0));
    await().atMost(SOON).until(() -> !failures.isEmpty());
    assertTrue(feeder.failure().orElseThrow().getMessage().contains("s3://bucket/a"));
    await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> !all.isDone());
    assertTrue(feeder.status().open());
    feeder.close();
    byte[] came = all.get();
    assertArrayEquals(Arrays.copyOf(bytes(a), came.length), came);
    assertEquals(1, failures.size());
    assertSame(failures.get(0), feeder.failure().orElseThrow());
    assertFalse(Files.exists(pipe(0)));
    assertFalse(Files.exists(pipe(1)));
  }

  @Test
  void aFaultOfTheProgramIsNoEndForTheReaderEither() throws Exception {
    for (Throwable fault : List.of(new IllegalStateException("a bug"), new OutOfMemoryError("x"))) {
      failures.clear();
      feed(
          1,
          epoch ->
              new HandMade() {
                private boolean begun;

                @Override
                public ByteBuffer next() {
                  if (!begun) {
                    begun = true;
                    return ByteBuffer.wrap(new byte[] {1, 2, 3});
                  }
                  if (fault instanceof Error e) {
                    throw e;
                  }
                  throw (RuntimeException) fault;
                }
              });
      CompletableFuture<byte[]> all = reading(pipe(0));
      await().atMost(SOON).until(() -> !failures.isEmpty());
      await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> !all.isDone());
      feeder.close();
      assertEquals(3, all.get().length);
      assertEquals(1, failures.size());
    }
  }

  @Test
  void anEpochThatNobodyOpensMayFail() throws Exception {
    ObjectInfo a = object("a", 100);
    CountDownLatch tried = new CountDownLatch(1);
    IOException told = new IOException("no such epoch");
    feed(
        Integer.MAX_VALUE,
        epoch -> {
          if (epoch == 0) {
            return open(List.of(a));
          }
          tried.countDown();
          throw told;
        });
    assertArrayEquals(bytes(a), readAll(pipe(0)));
    tried.await();
    await().during(Duration.ofMillis(200)).atMost(SOON).until(failures::isEmpty);
    assertTrue(Files.exists(pipe(1)));
    CompletableFuture<byte[]> all = reading(pipe(1));
    await().atMost(SOON).until(() -> failures.equals(List.of(told)));
    assertFalse(all.isDone());
    assertTrue(feeder.status().readerWaitNanos() < SOON.toNanos());
    feeder.close();
    assertEquals(0, all.get().length);
  }

  @Test
  void aPrefetchThatFailsHarmsNobodyUntilItIsOpened() throws Exception {
    ObjectInfo a = object("a", 100);
    store.failAt("b", 0);
    feed(Integer.MAX_VALUE, epoch -> open(List.of(epoch == 0 ? a : object("b", 100))));
    assertArrayEquals(bytes(a), readAll(pipe(0)));
    await().atMost(SOON).until(() -> store.asked() >= 200);
    await().during(Duration.ofMillis(200)).atMost(SOON).until(failures::isEmpty);
    assertTrue(Files.exists(pipe(1)));
  }

  @Test
  void whoeverIsToldOfAFailureMayFailToo() throws Exception {
    store.failAt("a", 0);
    feeder =
        new ChannelFeeder(
            "test",
            "train",
            directory,
            always(object("a", 10)),
            1,
            System::nanoTime,
            failure -> {
              failures.add(failure);
              throw new IllegalStateException("as told");
            });
    feeder.start();
    CompletableFuture<byte[]> all = reading(pipe(0));
    await().atMost(SOON).until(() -> !failures.isEmpty());
    await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> !all.isDone());
    feeder.close();
    assertEquals(1, failures.size());
  }
}
