package dev.heddle.pipemode.checkpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.heddle.pipemode.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hosts of one job, with one folder. */
@Timeout(60)
class CheckpointSyncTest {
  @TempDir private Path base;
  private final WatchedStore store = new WatchedStore();
  private final List<TestHost> hosts = new ArrayList<>();

  @AfterEach
  void close() {
    hosts.forEach(TestHost::close);
  }

  private TestHost host() throws IOException {
    TestHost host =
        new TestHost(store, Files.createDirectory(base.resolve("algo-" + (hosts.size() + 1))));
    hosts.add(host);
    return host;
  }

  private List<TestHost> three() throws Exception {
    List<CheckpointEntry> listing = CheckpointListing.of(store, WatchedStore.FOLDER);
    for (int i = 0; i < 3; i++) {
      TestHost host = host();
      host.restore(listing);
      host.start();
    }
    return hosts;
  }

  @Test
  void eachHostBringsWhatItWroteAndNothingElse() throws Exception {
    store.put("start", "from before");
    List<TestHost> all = three();
    for (int i = 0; i < 3; i++) {
      all.get(i).write("step-1/rank-" + i, "of " + i);
    }
    for (TestHost each : all) {
      each.awaitSynced(1);
      assertEquals(4, each.folder().status().bytesUploaded());
      assertEquals(Duration.ZERO, each.folder().status().lag());
      assertEquals("", each.folder().status().trouble());
    }
    assertEquals(
        List.of("put step-1/rank-0", "put step-1/rank-1", "put step-1/rank-2"),
        store.done("put").stream().sorted().toList());
    assertEquals("from before", store.text("start"));
    for (TestHost each : all) {
      assertEquals(List.of(), each.flush());
    }
    List<CheckpointEntry> listing = CheckpointListing.of(store, WatchedStore.FOLDER);
    for (TestHost each : all) {
      each.restore(listing);
      assertEquals(
          List.of("start", "step-1/", "step-1/rank-0", "step-1/rank-1", "step-1/rank-2"),
          each.names());
    }
    assertEquals(3 + 3 * 2, store.done("get").size(), "none fetches what it has");
    assertEquals(3, store.done("put").size());
  }

  @Test
  void aDeletionFollowsToS3() throws Exception {
    store.put("restored", "x");
    store.put("other", "x");
    List<TestHost> all = three();
    TestHost host = all.get(0);
    host.write("mine", "x");
    host.awaitSynced(1);
    Files.delete(host.path("restored"));
    Files.delete(host.path("mine"));
    await().until(() -> host.folder().status().filesDeleted() == 2);
    host.awaitSynced(1);
    assertEquals(List.of("other"), store.names());
    for (TestHost each : all) {
      assertEquals(List.of(), each.flush());
    }
    assertEquals(List.of("other"), store.names(), "the others' copies don't come back");
    assertEquals(0, all.get(1).folder().status().filesDeleted());
  }

  @Test
  void aRenameBringsTheNewNameBeforeTheOldOneGoes() throws Exception {
    store.put("old", "x");
    TestHost host = three().get(0);
    host.write("anything", "x");
    Files.move(host.path("old"), host.path("new"));
    await().until(() -> host.folder().status().filesDeleted() == 1);
    List<String> done =
        store.done().stream().filter(call -> !call.startsWith("get")).sorted().toList();
    assertEquals(List.of("delete old", "put anything", "put new"), done);
    assertEquals("delete old", store.done().get(store.done().size() - 1));
  }

  @Test
  void anotherHostsNewerVersionStays() throws Exception {
    store.put("shared", "restored");
    store.put("y", "y");
    List<TestHost> all = three();
    all.get(1).write("shared", "newer");
    all.get(1).awaitSynced(1);
    Files.delete(all.get(0).path("shared"));
    Files.delete(all.get(0).path("y"));
    all.get(0).write("z", "z");
    await().until(() -> all.get(0).folder().status().filesDeleted() == 1);
    assertEquals(List.of(), all.get(0).flush());
    assertEquals("newer", store.text("shared"));
    assertNull(store.text("y"));
    assertEquals(List.of("delete y"), store.done("delete"));
  }

  @Test
  void aDirectoryThatIsWipedByHandDeletesNothing() throws Exception {
    store.put("deep/a", "a");
    store.put("deep/er/b", "b");
    TestHost host = three().get(0);
    host.write("deep/c", "c");
    host.awaitSynced(1);
    Files.move(host.path("deep"), base.resolve("away"));
    await().until(() -> host.folder().status().trouble().contains("vanished at once"));
    assertEquals(List.of(), host.flush());
    assertEquals(List.of("deep/a", "deep/c", "deep/er/b"), store.names());
    assertEquals(0, host.folder().status().filesDeleted());
  }

  @Test
  void aDirectoryThatIsReplacedGoesOnAndDeletesNothing() throws Exception {
    store.put("a", "a");
    TestHost host = three().get(0);
    Path other = Files.createDirectory(base.resolve("other"));
    Files.writeString(other.resolve("new"), "new");
    Files.move(host.directory(), base.resolve("away"));
    Files.move(other, host.directory());
    host.awaitSynced(1);
    assertEquals("new", store.text("new"));
    host.write("newer", "newer");
    host.awaitSynced(2);
    assertEquals(
        "The checkpoint directory "
            + host.directory()
            + " was replaced by another; nothing is deleted in s3://bucket/job/ckpt/, where 1 of"
            + " its files are.",
        host.folder().status().trouble());
    host.flush();
    assertEquals(List.of("a", "new", "newer"), store.names());
  }

  @Test
  void aMarkerNeverComesBeforeItsData() throws Exception {
    TestHost host = host();
    host.write("zz-data", "data", 10);
    host.write("a-latest", "zz-data", 11);
    WatchedStore.Gate gate = store.hold("put zz-data");
    host.start();
    gate.awaitReached();
    host.write("between", "x", 10);
    await().until(() -> host.folder().status().pendingFiles() == 3);
    assertEquals(List.of(), store.names());
    gate.release();
    host.awaitSynced(3);
    assertEquals(List.of("put zz-data", "put between", "put a-latest"), store.done());
  }

  @Test
  void aMarkerWaitsWhileItsDataCantBeStored() throws Exception {
    TestHost host = host();
    host.write("zz-data", "data", 10);
    host.write("a-latest", "zz-data", 11);
    store.fail("put zz-data", Kind.UNREACHABLE);
    host.start();
    await().until(() -> host.folder().status().trouble().contains("put zz-data"));
    assertEquals(2, host.folder().status().pendingFiles());
    assertEquals(List.of(), store.names());
    store.work();
    host.awaitSynced(2);
    assertEquals(List.of("put zz-data", "put a-latest"), store.done());
    assertEquals("", host.folder().status().trouble());
  }

  @Test
  void aFileThatIsRewrittenWhileItGoesUpAppearsOnlyWhole() throws Exception {
    TestHost host = host();
    byte[] old = new byte[12 << 20];
    byte[] now = new byte[12 << 20];
    new Random(1).nextBytes(old);
    new Random(2).nextBytes(now);
    Files.createDirectories(host.directory());
    Files.write(host.path("x"), old);
    WatchedStore.Gate gate = store.hold("part 1 x");
    host.start();
    gate.awaitReached();
    Path other = Files.write(base.resolve("other"), now);
    Files.move(other, host.path("x"), StandardCopyOption.REPLACE_EXISTING);
    gate.release();
    host.awaitSynced(1);
    assertArrayEquals(now, store.memory().bytes(WatchedStore.FOLDER.child("x")));
    assertEquals(List.of("complete x"), store.done("complete"));
    assertEquals(List.of("abort x"), store.done("abort"));
    assertEquals(0, store.memory().uploadsLeftOpen());
  }

  @Test
  void aFileThatIsDeletedWhileItGoesUpIsDeletedAfterwards() throws Exception {
    TestHost host = host();
    host.write("x", "x", 10);
    host.write("y", "y", 20);
    WatchedStore.Gate gate = store.hold("put x");
    host.start();
    gate.awaitReached();
    Files.delete(host.path("x"));
    gate.release();
    await().until(() -> host.folder().status().filesDeleted() == 1);
    assertEquals(List.of(), host.flush());
    assertEquals(List.of("put x", "put y", "delete x"), store.done());
  }

  @Test
  void oddNamesGoThereAndBack() throws Exception {
    TestHost host = host();
    List<String> names =
        List.of(" a b ", "a\nb", "a%2Fb+c", TestHost.UNICODE + "/x y", "#?&=", "-rf", "\\");
    for (String name : names) {
      host.write(name, name);
    }
    host.start();
    host.awaitSynced(names.size());
    host.write("a\nb", "again");
    host.awaitSynced(names.size() + 1);
    assertEquals("again", store.text("a\nb"));
    assertEquals(TestHost.UNICODE + "/x y", store.text(TestHost.UNICODE + "/x y"));
    TestHost other = host();
    other.restore();
    host.flush();
    assertEquals(host.names(), other.names());
    assertEquals(" a b ", other.read(" a b "));
  }

  @Test
  void runsFollowEachOther() throws Exception {
    TestHost host = host();
    host.begin();
    host.write("a", "1");
    host.flush();
    host.begin();
    host.write("a", "22");
    host.write("b", "2");
    host.flush();
    host.begin();
    Files.delete(host.path("a"));
    assertEquals(List.of(), host.flush());
    assertEquals(List.of("b"), store.names());
    CheckpointStatus status = host.folder().status();
    assertEquals(3, status.filesUploaded());
    assertEquals(4, status.bytesUploaded());
    assertEquals(1, status.filesDeleted());
    assertEquals(List.of(), store.done("get"), "each run knew what the one before had done");
  }
}
