package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is deleted in S3, and when, and what never is. */
@Timeout(60)
class FolderDeletionsTest extends DifferenceFixture {
  @Test
  void aDeletedFileIsDeletedInS3OnceItIsSure() throws IOException {
    synced("x");
    synced("y");
    begin();
    Files.delete(root.resolve("x"));
    scan();
    assertEquals(1, difference.size());
    assertNull(delete(), "it was only just missed");
    scan();
    assertEquals("x", delete());
    assertNull(delete());
    assertNull(synced.get("x"));
    assertNotEquals(null, synced.get("y"));
    assertEquals(0, difference.size());
  }

  @Test
  void aFileThatIsMissingForTooShortIsntDeleted() throws IOException {
    synced("x");
    synced("y");
    begin(new SyncSettings(STEADY.dividedBy(4), STEADY, 1, 5 << 20));
    Files.delete(root.resolve("x"));
    for (int i = 0; i < 4; i++) {
      clock.advance(STEADY.dividedBy(4));
      difference.look();
      assertEquals(1, difference.size());
      assertNull(delete());
    }
    clock.advance(STEADY.dividedBy(4));
    difference.look();
    assertEquals("x", delete());
  }

  @Test
  void aFileThatComesBackIsntDeleted() throws IOException {
    Path x = synced("x");
    synced("y");
    begin();
    Files.move(x, base.resolve("elsewhere"));
    scan();
    Files.move(base.resolve("elsewhere"), x);
    scan();
    scan();
    assertNull(delete());
    Files.move(x, base.resolve("elsewhere"));
    scan();
    scan();
    Files.move(base.resolve("elsewhere"), x);
    assertNull(delete(), "it is looked for once more");
    assertEquals(0, difference.size());
  }

  @Test
  void nothingIsDeletedWhileMoreVanishes() throws IOException {
    synced("a");
    synced("b");
    synced("c");
    begin();
    Files.delete(root.resolve("a"));
    scan();
    Files.delete(root.resolve("b"));
    scan();
    assertNull(delete());
    Files.delete(root.resolve("c"));
    scan();
    assertNull(delete());
    assertTrue(difference.trouble().contains("vanished at once"), difference.trouble());
    assertEquals(0, difference.size());
  }

  @Test
  void aDirectoryThatNeverRestsIsFollowedAfterAMinute() throws IOException {
    for (int i = 0; i < 40; i++) {
      synced("f" + (100 + i));
    }
    begin();
    for (int i = 0; i < 31; i++) {
      Files.delete(root.resolve("f" + (100 + i)));
      scan();
      if (i < 30) {
        assertNull(delete());
      }
    }
    assertEquals("f100", delete());
    assertNull(delete());
  }

  @Test
  void anEmptiedDirectoryDeletesNothingEver() throws IOException {
    synced("a");
    synced("deep/b");
    begin();
    Files.delete(root.resolve("a"));
    Files.delete(root.resolve("deep/b"));
    write("x.tmp", "no file that counts");
    scan();
    assertTrue(difference.trouble().contains("vanished at once"), difference.trouble());
    assertTrue(difference.trouble().contains("2 of its files"), difference.trouble());
    write("new", "after all");
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("new"), uploads());
    scan();
    scan();
    assertNull(delete());
    difference.lookForTheLastTime();
    assertNull(delete());
  }

  @Test
  void anEmptyDirectoryDeletesNothingAtTheEndEither() throws IOException {
    synced("a");
    begin();
    Files.delete(root.resolve("a"));
    difference.lookForTheLastTime();
    assertNull(delete());
  }

  @Test
  void aDirectoryThatIsGoneDeletesNothing() throws IOException {
    synced("a");
    Path pending = write("pending", "x");
    begin();
    assertEquals(1, difference.size());
    Files.delete(pending);
    Files.delete(root.resolve("a"));
    Files.delete(root);
    scan();
    assertTrue(difference.trouble().contains("is gone"), difference.trouble());
    assertEquals(0, difference.size());
    scan();
    difference.lookForTheLastTime();
    assertNull(delete());
    assertTrue(difference.trouble().contains("is gone"), difference.trouble());
  }

  @Test
  void aDirectoryInThePlaceOfAnotherDeletesNothingOfThat() throws IOException {
    synced("a");
    synced("b");
    begin();
    Files.delete(root.resolve("a"));
    Files.delete(root.resolve("b"));
    Files.delete(root);
    // File systems give the inode that came free to the next directory.
    Files.createDirectory(root);
    write("new", 10);
    write("newer", 20);
    scan();
    assertTrue(difference.trouble().contains("was replaced"), difference.trouble());
    clock.advance(STEADY);
    assertEquals(List.of("new", "newer"), uploads());
    Files.delete(root.resolve("new"));
    scan();
    scan();
    assertEquals("new", delete(), "of the directory that is there now it is");
    assertNull(delete());
    write("deep/later", 30);
    lookUntil(1);
    clock.advance(STEADY);
    assertEquals(List.of("deep/later"), uploads());
  }

  @Test
  void aDirectoryThatIsReplacedBeforeADeletionStopsIt() throws IOException {
    synced("a");
    synced("b");
    begin();
    Files.delete(root.resolve("a"));
    scan();
    scan();
    Files.move(root, base.resolve("away"));
    Files.createDirectory(root);
    assertNull(delete());
  }

  @Test
  void anUploadIntoADirectoryThatWasReplacedIsNotKnown() throws IOException {
    write("a", 10);
    begin();
    clock.advance(STEADY);
    Change change = difference.nextUpload(name -> false);
    int generation = difference.generation();
    Files.move(root, base.resolve("away"));
    Files.createDirectory(root);
    write("b", 10);
    scan();
    difference.uploaded(change, "\"u\"", generation);
    clock.advance(STEADY);
    assertEquals(List.of("b"), uploads());
    scan();
    scan();
    assertNull(delete());
  }

  @Test
  void whatWasGoneBeforeIsNobodysDeletion() throws IOException {
    Files.delete(synced("a"));
    synced("b");
    begin();
    scan();
    scan();
    difference.lookForTheLastTime();
    assertNull(delete());
  }

  @Test
  void aRenamedFileIsThereByItsNewNameFirst() throws IOException {
    synced("old");
    begin();
    Files.move(root.resolve("old"), root.resolve("new"));
    scan();
    scan();
    assertEquals("new", next());
    assertNull(delete());
    assertEquals("new", upload());
    assertEquals("old", delete());
  }

  @Test
  void aRenamedDirectoryIsThereByItsNewNameFirst() throws IOException {
    synced("old/a");
    synced("old/deep/b");
    begin();
    Files.move(root.resolve("old"), root.resolve("new"));
    scan();
    scan();
    assertNull(delete());
    assertEquals(2, uploads().size());
    assertEquals("old/a", delete());
    assertEquals("old/deep/b", delete());
    write("new/deep/c", 10);
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("new/deep/c"), uploads());
  }

  @Test
  void aFileThatWasWrittenAfterADeletionDoesntHoldItUp() throws IOException {
    synced("old");
    begin();
    Files.delete(root.resolve("old"));
    write("early", 10);
    scan();
    Path growing = write("growing", "x");
    Files.setLastModifiedTime(growing, FileTime.from(Instant.now().plusSeconds(100)));
    scan();
    assertNull(delete());
    assertEquals("early", upload());
    assertEquals("old", delete());
  }

  @Test
  void atTheEndNothingIsWaitedFor() throws IOException {
    synced("a");
    synced("b");
    begin();
    Files.delete(root.resolve("a"));
    write("c", "x");
    difference.lookForTheLastTime();
    assertNull(delete());
    assertEquals(List.of("c", "a"), difference.names());
    assertEquals("c", upload());
    assertEquals("a", delete());
  }
}
