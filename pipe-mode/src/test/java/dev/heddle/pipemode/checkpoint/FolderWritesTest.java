package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FolderWritesTest {
  private static final int PART = 5 << 20;

  @TempDir private Path base;
  private final WatchedStore store = new WatchedStore();
  private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
  private FolderWrites writes;
  private Thread thread;

  @BeforeEach
  void open() {
    writes =
        new FolderWrites(
            store,
            WatchedStore.FOLDER.child(""),
            TestHost.QUICK,
            () -> writesLeft.getAndDecrement() > 0);
  }

  @AfterEach
  void close() {
    writes.close();
  }

  private static Change change(Path file) throws IOException {
    return new Change("x", file, file, FileStamp.of(file), 0, 0);
  }

  private Path file(int size) throws IOException {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + (i >>> 16));
    }
    return Files.write(base.resolve("file"), bytes);
  }

  private byte[] stored() {
    return store.memory().bytes(WatchedStore.FOLDER.child("x"));
  }

  @Test
  void aSmallFileGoesUpWhole() throws Exception {
    String etag = writes.upload(change(file(PART)));
    assertEquals(List.of("put x"), store.done());
    assertArrayEquals(Files.readAllBytes(base.resolve("file")), stored());
    assertEquals(store.head(WatchedStore.FOLDER.child("x")).orElseThrow().etag(), etag);
    writes.upload(change(file(0)));
    assertEquals(0, stored().length);
  }

  @Test
  void aLargerFileGoesUpInParts() throws Exception {
    String etag = writes.upload(change(file(2 * PART + 1)));
    assertArrayEquals(Files.readAllBytes(base.resolve("file")), stored());
    assertEquals(3, store.done("part").size());
    assertEquals(store.head(WatchedStore.FOLDER.child("x")).orElseThrow().etag(), etag);
    assertEquals(0, store.memory().uploadsLeftOpen());
  }

  @Test
  void aLargeSparseFileGoesUpWhole() throws Exception {
    Path file = base.resolve("sparse");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(64 << 20);
      out.seek((64 << 20) - 1);
      out.write(7);
    }
    writes.upload(change(file));
    assertEquals(64 << 20, stored().length);
    assertEquals(7, stored()[(64 << 20) - 1]);
    assertEquals(13, store.done("part").size());
  }

  @Test
  void whatIsntAnyMoreWhatItWasDoesntGoUp() throws Exception {
    Path file = file(10);
    Change before = change(file);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1)));
    assertThrows(FolderWrites.ChangedException.class, () -> writes.upload(before));
    Change now = change(file);
    Path other = Files.write(base.resolve("other"), new byte[10]);
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.delete(file);
    Files.move(other, file);
    assertThrows(FolderWrites.ChangedException.class, () -> writes.upload(now));
    Files.delete(file);
    assertThrows(FolderWrites.ChangedException.class, () -> writes.upload(now));
    assertEquals(List.of(), store.done());
  }

  @Test
  void aLinkInThePlaceOfTheFileIsntFollowed() throws Exception {
    Path secret = Files.writeString(base.resolve("secret"), "secret");
    Change change = change(secret);
    Path link = Files.createSymbolicLink(base.resolve("link"), secret);
    assertThrows(
        IOException.class, () -> writes.upload(new Change("x", link, link, change.stamp(), 0, 0)));
    assertEquals(List.of(), store.done());
  }

  private AtomicReference<Throwable> uploading(Change change) {
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                writes.upload(change);
                end.set(new AssertionError("it went up"));
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
            });
    thread.start();
    this.thread = thread;
    return end;
  }

  @Test
  void aFileThatIsRewrittenMeanwhileLeavesNothing() throws Exception {
    Path file = file(4 * PART);
    WatchedStore.Gate gate = store.hold("part 1 x");
    AtomicReference<Throwable> end = uploading(change(file));
    gate.awaitReached();
    file(4 * PART);
    gate.release();
    thread.join();
    assertTrue(end.get() instanceof FolderWrites.ChangedException, String.valueOf(end.get()));
    assertEquals(List.of(), store.done("complete"));
    assertEquals(List.of("abort x"), store.done("abort"));
    assertEquals(0, store.memory().uploadsLeftOpen());
    assertNull(stored());
  }

  @Test
  void aFileThatIsRewrittenAfterItsLastPartLeavesNothing() throws Exception {
    Path file = file(PART + 1);
    WatchedStore.Gate first = store.hold("part 1 x");
    WatchedStore.Gate second = store.hold("part 2 x");
    AtomicReference<Throwable> end = uploading(change(file));
    first.awaitReached();
    second.awaitReached();
    file(PART + 1);
    first.release();
    second.release();
    thread.join();
    assertTrue(end.get() instanceof FolderWrites.ChangedException, String.valueOf(end.get()));
    assertEquals(2, store.done("part").size());
    assertEquals(List.of(), store.done("complete"));
    assertEquals(0, store.memory().uploadsLeftOpen());
  }

  @Test
  void anInterruptGivesThePartsUp() throws Exception {
    WatchedStore.Gate gate = store.hold("part 2 x");
    AtomicReference<Throwable> end = uploading(change(file(3 * PART)));
    gate.awaitReached();
    thread.interrupt();
    thread.join();
    assertTrue(end.get() instanceof InterruptedException, String.valueOf(end.get()));
    assertEquals(0, store.memory().uploadsLeftOpen());
  }

  @Test
  void aPartThatFailsGivesTheOthersUp() throws Exception {
    store.fail("part 2", Kind.UNREACHABLE);
    ObjectStoreException failure =
        assertThrows(ObjectStoreException.class, () -> writes.upload(change(file(3 * PART))));
    assertEquals(Kind.UNREACHABLE, failure.kind());
    assertEquals(0, store.memory().uploadsLeftOpen());
  }

  @Test
  void eachWriteIsAskedFor() throws Exception {
    Change change = change(file(2 * PART));
    for (int allowed = 0; allowed < 4; allowed++) {
      writesLeft.set(allowed);
      int before = store.done().size();
      assertThrows(FolderWrites.FencedException.class, () -> writes.upload(change));
      assertEquals(allowed, store.done().size() - before, "not even giving the parts up");
    }
    writesLeft.set(4);
    writes.upload(change);
    assertEquals(List.of("complete x"), store.done("complete"));
    writesLeft.set(0);
    Change small = change(file(1));
    assertThrows(FolderWrites.FencedException.class, () -> writes.upload(small));
    String etag = store.head(WatchedStore.FOLDER.child("x")).orElseThrow().etag();
    assertThrows(FolderWrites.FencedException.class, () -> writes.delete("x", etag));
    assertEquals(2 * PART, stored().length);
  }

  @Test
  void afterItsEndNothingIsWritten() throws Exception {
    store.put("x", "x");
    String etag = store.head(WatchedStore.FOLDER.child("x")).orElseThrow().etag();
    writes.close();
    Change change = change(file(1));
    assertThrows(FolderWrites.FencedException.class, () -> writes.upload(change));
    assertThrows(FolderWrites.FencedException.class, () -> writes.delete("x", etag));
  }

  @Test
  void onlyTheVersionThatIsKnownIsDeleted() throws Exception {
    store.put("x", "mine");
    String mine = store.head(WatchedStore.FOLDER.child("x")).orElseThrow().etag();
    store.put("x", "another's");
    assertFalse(writes.delete("x", mine));
    assertFalse(writes.delete("x", ""));
    assertEquals("another's", store.text("x"));
    store.put("x", "mine");
    assertTrue(writes.delete("x", mine));
    assertNull(store.text("x"));
    assertFalse(writes.delete("x", mine));
    assertEquals(1, store.done("delete").size());
  }
}
