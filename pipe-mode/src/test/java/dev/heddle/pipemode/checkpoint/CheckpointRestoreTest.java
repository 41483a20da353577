package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckpointRestoreTest {
  @TempDir private Path base;
  private final WatchedStore store = new WatchedStore();
  private TestHost host;

  @BeforeEach
  void makeHost() {
    host = new TestHost(store, base);
  }

  @AfterEach
  void closeHost() {
    host.close();
  }

  private List<CheckpointEntry> listing() throws IOException {
    return CheckpointListing.of(store, WatchedStore.FOLDER);
  }

  @Test
  void theDirectoryBecomesWhatWasListed() throws Exception {
    byte[] large = new byte[(20 << 20) + 7];
    new Random(1).nextBytes(large);
    store.memory().put(WatchedStore.FOLDER.child("deep/large"), ByteBuffer.wrap(large));
    store.put("deep/er/small", "small");
    store.put("empty", "");
    host.restore();
    assertEquals(
        List.of("deep/", "deep/er/", "deep/er/small", "deep/large", "empty"), host.names());
    assertArrayEquals(large, Files.readAllBytes(host.path("deep/large")));
    assertEquals("small", host.read("deep/er/small"));
    assertEquals(0, Files.size(host.path("empty")));
    assertEquals(large.length + 5, host.received());
    assertEquals(
        3, store.done("get deep/large").size(), "ranges of a large object are asked for apart");
    assertEquals(List.of(), scratch());
    assertTrue(
        Files.getPosixFilePermissions(host.path("deep/large"))
            .containsAll(PosixFilePermissions.fromString("rw-r-----")));
  }

  private List<String> scratch() throws IOException {
    try (var all = Files.list(base.resolve("scratch"))) {
      return all.map(Path::toString).toList();
    }
  }

  @Test
  void anEmptyListingEmptiesTheDirectoryAndKeepsIt() throws Exception {
    host.write("a/b", "x");
    host.write("c.tmp", "x");
    Object inode = Files.getAttribute(host.directory(), "unix:ino");
    host.restore();
    assertEquals(List.of(), host.names());
    assertEquals(inode, Files.getAttribute(host.directory(), "unix:ino"));
  }

  @Test
  void whatIsntListedIsRemoved() throws Exception {
    store.put("file", "a file");
    store.put("directory/x", "x");
    host.write("extra/deep/x", "x");
    host.write("file/was a directory", "x");
    host.write("directory", "was a file");
    Path outside = Files.writeString(base.resolve("outside"), "kept");
    Files.createSymbolicLink(host.path("link"), outside);
    Files.createSymbolicLink(host.path("extra/link"), base);
    host.restore();
    assertEquals(List.of("directory/", "directory/x", "file"), host.names());
    assertEquals("a file", host.read("file"));
    assertEquals("kept", Files.readString(outside));
  }

  @Test
  void aLinkIsNoFileAndIsntWrittenThrough() throws Exception {
    store.put("x", "from S3");
    Path outside = Files.writeString(base.resolve("outside"), "kept");
    Files.createDirectories(host.directory());
    Files.createSymbolicLink(host.path("x"), outside);
    host.restore();
    assertTrue(Files.isRegularFile(host.path("x"), LinkOption.NOFOLLOW_LINKS));
    assertEquals("from S3", host.read("x"));
    assertEquals("kept", Files.readString(outside));
  }

  @Test
  void onlyWhatDiffersIsFetchedAgain() throws Exception {
    store.put("same", "same");
    store.put("changed here", "old");
    store.put("changed there", "old");
    store.put("gone here", "gone");
    store.put("gone there", "gone");
    store.put("replaced here", "equal size");
    host.restore();
    assertEquals(6, store.done("get").size());
    Object inode = Files.getAttribute(host.path("same"), "unix:ino");

    host.write("changed here", "newer");
    store.put("changed there", "new");
    Files.delete(host.path("gone here"));
    store.memory().delete(WatchedStore.FOLDER.child("gone there"));
    Path other = Files.writeString(base.resolve("other"), "EQUAL SIZE");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(host.path("replaced here")));
    Files.delete(host.path("replaced here"));
    Files.move(other, host.path("replaced here"));
    host.restore();

    assertEquals(
        List.of("get changed here", "get changed there", "get gone here", "get replaced here"),
        store.done("get").subList(6, store.done("get").size()).stream().sorted().toList());
    assertEquals("old", host.read("changed here"));
    assertEquals("new", host.read("changed there"));
    assertEquals("equal size", host.read("replaced here"));
    assertFalse(Files.exists(host.path("gone there")));
    assertEquals(inode, Files.getAttribute(host.path("same"), "unix:ino"));
    host.restore();
    assertEquals(10, store.done("get").size());
  }

  @Test
  void whatAHostBroughtToS3IsntFetchedByIt() throws Exception {
    store.put("before", "before");
    host.begin();
    host.write("mine", "mine");
    assertEquals(List.of(), host.flush());
    store.put("another's", "another's");
    host.restore();
    assertEquals(List.of("get before", "get another's"), store.done("get"));
    assertEquals(List.of("another's", "before", "mine"), host.names());
  }

  @Test
  void filesThatNobodyVouchesForAreFetched() throws Exception {
    store.put("x", "from S3");
    host.write("x", "FROM s3");
    host.restore();
    assertEquals("from S3", host.read("x"));
  }

  @Test
  void anObjectThatVanishedOrChangedIsNamedAndLeavesNoPart() throws Exception {
    store.put("other", "x");
    store.put("x", "listed");
    List<CheckpointEntry> listing = listing();
    store.put("x", "replaced");
    ObjectStoreException changed =
        assertThrows(ObjectStoreException.class, () -> host.restore(listing));
    assertTrue(changed.getMessage().contains("s3://bucket/job/ckpt/x"), changed.getMessage());
    assertFalse(Files.exists(host.path("x")));
    assertEquals(List.of(), scratch());

    store.memory().delete(WatchedStore.FOLDER.child("x"));
    ObjectStoreException gone =
        assertThrows(ObjectStoreException.class, () -> host.restore(listing));
    assertTrue(gone.getMessage().contains("s3://bucket/job/ckpt/x"), gone.getMessage());

    store.put("x", "listed");
    host.restore(listing);
    assertEquals("listed", host.read("x"));
  }

  @Test
  void aRestoreThatFailedGoesOnWithWhatItBrought() throws Exception {
    for (int i = 0; i < 5; i++) {
      store.put("f" + i, "x" + i);
    }
    store.put("g", "late");
    store.fail("get g", Kind.UNREACHABLE);
    assertThrows(ObjectStoreException.class, () -> host.restore());
    int there = host.names().size();
    assertTrue(there >= 3, "what was begun before and not interrupted: " + there);
    int before = store.done("get").size();
    store.work();
    host.restore();
    assertEquals(6 - there, store.done("get").size() - before);
    assertEquals("late", host.read("g"));
  }

  @Test
  void aDiskWithoutRoomIsToldBeforeAnythingIsRemoved() throws Exception {
    store.put("x", "12345");
    host.write("kept", "x");
    List<CheckpointEntry> listing = listing();
    try (TransferPool pool = new TransferPool("full", 1)) {
      DiskFullException full =
          assertThrows(
              DiskFullException.class,
              () -> host.folder().restore(listing, pool, DiskReserve.percent(99), bytes -> {}));
      assertTrue(
          full.getMessage()
              .startsWith("The checkpoint directory of s3://bucket/job/ckpt/ needs 4095 bytes"),
          full.getMessage());
    }
    assertTrue(Files.exists(host.path("kept")));
    assertEquals(List.of(), store.done("get"));
  }

  @Test
  void keysThatCantBeFilesStopItBeforeAnythingIsRemoved() throws Exception {
    host.write("kept", "x");
    for (String name : List.of("../x", "a/../x", "/x", "a//x", "a/", "")) {
      assertThrows(
          IOException.class,
          () -> host.restore(List.of(new CheckpointEntry(name, 1, "\"e\""))),
          name);
    }
    assertThrows(
        IOException.class,
        () ->
            host.restore(
                List.of(
                    new CheckpointEntry("a", 1, "\"e\""), new CheckpointEntry("a", 2, "\"f\""))));
    assertTrue(Files.exists(host.path("kept")));
  }

  @Test
  void anInterruptEndsItAndNothingGoesOn() throws Exception {
    store.put("x", "x");
    WatchedStore.Gate gate = store.hold("get x");
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                host.restore();
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
            });
    thread.start();
    gate.awaitReached();
    thread.interrupt();
    thread.join();
    assertTrue(end.get() instanceof InterruptedException, String.valueOf(end.get()));
    assertEquals(List.of(), host.names());
    gate.release();
    host.restore();
    assertEquals("x", host.read("x"));
  }

  @Test
  void nothingIsRestoredUnderARunningAlgorithm() throws Exception {
    host.begin();
    assertThrows(IllegalStateException.class, () -> host.restore());
    assertThrows(IllegalStateException.class, () -> host.start());
    host.flush();
    host.begin();
  }
}
