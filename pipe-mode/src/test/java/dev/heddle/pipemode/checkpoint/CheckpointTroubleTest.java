package dev.heddle.pipemode.checkpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckpointTroubleTest {
  private static final SyncSettings PATIENT =
      new SyncSettings(Duration.ofMillis(20), Duration.ofHours(1), 2, 5 << 20);

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

  private CheckpointStatus status() {
    return host.folder().status();
  }

  private void begin(SyncSettings settings) throws Exception {
    host.close();
    host = new TestHost(store, WatchedStore.FOLDER, base, settings);
    host.begin();
  }

  @Test
  void aStoreThatFailsIsTriedUntilItWorks() throws Exception {
    store.put("old", "x");
    host.begin();
    store.fail("", Kind.ACCESS_DENIED);
    host.write("a", "x");
    host.write("b", "x");
    Files.delete(host.path("old"));
    await().until(() -> status().trouble().equals("Could not put a: told so."));
    await().until(() -> status().pendingFiles() == 3);
    Duration lag = status().lag();
    assertFalse(lag.isZero());
    await().until(() -> status().lag().compareTo(lag) > 0);
    assertEquals(0, status().filesUploaded());
    store.work();
    host.awaitSynced(2);
    assertEquals(1, status().filesDeleted());
    assertEquals(Duration.ZERO, status().lag());
    assertEquals("", status().trouble());
    assertEquals(List.of("a", "b"), store.names());
  }

  @Test
  void aStoreThatFailsIsntTriedAllTheTime() throws Exception {
    host.begin();
    store.fail("put", Kind.UNREACHABLE);
    host.write("a", "x");
    await().until(() -> status().lag().toMillis() > 700);
    assertTrue(store.failed() >= 2, "it was tried again");
    assertTrue(store.failed() < 10, store.failed() + " tries");
  }

  @Test
  void aDeletionThatFailsIsTriedUntilItWorks() throws Exception {
    store.put("old", "x");
    store.put("other", "x");
    host.begin();
    store.fail("head", Kind.REFUSED);
    Files.delete(host.path("old"));
    await().until(() -> status().trouble().equals("Could not head old: told so."));
    store.work();
    await().until(() -> status().filesDeleted() == 1);
    assertEquals(List.of("other"), store.names());
  }

  @Test
  void aFileThatS3RefusesDoesntHoldTheOthersUp() throws Exception {
    store.fail("put bad", Kind.REFUSED);
    host.write("bad", "x", 10);
    host.write("good", "x", 20);
    host.start();
    await().until(() -> status().filesUploaded() == 1);
    assertEquals(List.of("good"), store.names());
    assertEquals("Could not put bad: told so.", status().trouble());
    assertFalse(status().lag().isZero());
    store.work();
    host.awaitSynced(2);
    await().until(() -> status().trouble().isEmpty());
  }

  @Test
  void flushDoesntWaitForFilesToBeSteady() throws Exception {
    store.put("restored", "x");
    begin(PATIENT);
    host.write("a", "x");
    host.write("deep/b", "x");
    host.write("c.tmp", "x");
    Files.delete(host.path("restored"));
    await().until(() -> status().pendingFiles() == 3);
    assertEquals(0, status().filesUploaded());
    assertEquals(List.of(), host.flush());
    assertEquals(List.of("a", "deep/b"), store.names());
    assertEquals(0, status().pendingFiles());
    assertEquals("", status().trouble());
  }

  @Test
  void flushTellsWhatIsMissingAfterItsPatience() throws Exception {
    store.put("old", "x");
    begin(PATIENT);
    host.write("a", "x", 10);
    host.write("b", "x", 20);
    Files.delete(host.path("old"));
    store.fail("put b", Kind.UNREACHABLE);
    assertEquals(List.of("b", "old"), host.folder().flush(Duration.ofMillis(300)));
    assertEquals(List.of("a", "old"), store.names());
    store.work();
    host.restore();
    assertEquals(List.of("a", "old"), host.names());
  }

  @Test
  void flushGivesUpEarlierWhatWontGo() throws Exception {
    begin(PATIENT);
    host.write("bad", "x", 10);
    host.write("good", "x", 20);
    store.fail("put bad", Kind.REFUSED);
    assertEquals(List.of("bad"), host.folder().flush(Duration.ofHours(1)));
    assertEquals(List.of("good"), store.names());
  }

  @Test
  void flushEndsWithAnInterruptAndNothingGoesOn() throws Exception {
    begin(PATIENT);
    host.write("a", "x", 10);
    host.write("b", "x", 20);
    WatchedStore.Gate gate = store.hold("put a");
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                end.set(new AssertionError(host.folder().flush(Duration.ofHours(1))));
              } catch (InterruptedException | RuntimeException e) {
                end.set(e);
              }
            });
    thread.start();
    gate.awaitReached();
    thread.interrupt();
    thread.join();
    gate.release();
    assertTrue(end.get() instanceof InterruptedException, String.valueOf(end.get()));
    assertEquals(List.of(), store.names());
    host.restore();
    assertEquals(List.of(), host.names());
  }

  @Test
  void flushWithoutARunIsNothing() throws Exception {
    assertEquals(List.of(), host.flush());
    assertEquals(CheckpointStatus.NOTHING_YET, status());
    host.begin();
    host.write("a", "x");
    assertEquals(List.of(), host.flush());
    assertEquals(List.of(), host.flush());
  }

  @Test
  void whoMayNotWriteWritesNothingMore() throws Exception {
    host.write("a", "x", 10);
    host.write("b", "x", 20);
    WatchedStore.Gate gate = store.hold("put a");
    host.start();
    gate.awaitReached();
    host.forbidWriting();
    await().until(() -> status().trouble().contains("may no longer write"));
    gate.release();
    assertEquals(List.of("a", "b"), host.flush());
    assertEquals(2, status().pendingFiles());
    assertEquals(List.of(), store.done(), "the put that waited was interrupted");
    host.restore();
  }

  @Test
  void closeEndsAtOnceAndBringsNothing() throws Exception {
    begin(PATIENT);
    host.write("a", "x");
    host.folder().close();
    host.folder().close();
    assertEquals(List.of(), store.names());
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("checkpoint-upload")));
  }

  @Test
  void aDirectoryThatCantBeMadeIsTold() throws Exception {
    Files.writeString(host.directory(), "a file");
    assertThrows(IOException.class, () -> host.start());
    Files.delete(host.directory());
    host.start();
    assertTrue(Files.isDirectory(host.directory()));
  }
}
