package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes up, and when. */
@Timeout(60)
class FolderDifferenceTest extends DifferenceFixture {
  @Test
  void aFileGoesUpWhenItHasBeenAsItIsForLongEnough() throws IOException {
    Path file = write("x", "1");
    begin();
    clock.advance(STEADY.minusNanos(1));
    assertNull(next());
    Files.writeString(file, "2", StandardOpenOption.APPEND);
    clock.advance(Duration.ofNanos(1));
    assertNull(next(), "it was written to between the looks");
    clock.advance(STEADY.minusNanos(1));
    assertNull(next());
    clock.advance(Duration.ofNanos(1));
    assertEquals("x", upload());
    assertNull(next());
    assertEquals(0, difference.size());
  }

  @Test
  void whatIsWrittenWhileAFileGoesUpGoesUpAfterwards() throws IOException {
    Path file = write("x", "1");
    begin();
    clock.advance(STEADY);
    Change change = difference.nextUpload(name -> false);
    Files.writeString(file, "longer");
    scan();
    difference.uploaded(change, "\"u\"", difference.generation());
    assertEquals(1, difference.size());
    clock.advance(STEADY);
    assertEquals("x", upload());
    assertEquals(0, difference.size());
  }

  @Test
  void aFileThatIsGoneBeforeItWentUpIsNoDifference() throws IOException {
    write("kept", 10);
    begin();
    Path file = write("x", 20);
    scan();
    assertEquals(2, difference.size());
    Files.delete(file);
    scan();
    assertEquals(List.of("kept"), difference.names());
  }

  @Test
  void theLagBeginsWithTheFirstChangeThatIsntInS3() throws IOException {
    begin();
    assertEquals(OptionalLong.empty(), difference.oldest());
    Path file = write("x", "1");
    scan();
    long first = difference.oldest().orElseThrow();
    Files.writeString(file, "longer");
    scan();
    assertEquals(first, difference.oldest().orElseThrow());
    scan();
    assertEquals("x", upload());
    assertEquals(OptionalLong.empty(), difference.oldest());
    Files.writeString(file, "and longer");
    scan();
    assertTrue(difference.oldest().orElseThrow() - first > 0);
  }

  @Test
  void filesGoUpInTheOrderInWhichTheyWereLastWritten() throws IOException {
    write("a latest", 30);
    write("c", 10);
    write("deep/b", 10);
    write("data", 20);
    begin();
    clock.advance(STEADY);
    assertEquals(List.of("c", "deep/b", "data", "a latest"), uploads());
  }

  @Test
  void aLaterFileWaitsForAnEarlierOneThatMayStillBeWritten() throws IOException {
    write("a latest", 30);
    begin();
    clock.advance(STEADY);
    Path data = write("data", 20);
    scan();
    assertNull(next());
    Files.setLastModifiedTime(data, FileTime.from(Instant.ofEpochSecond(1_000_000_021L)));
    clock.advance(STEADY);
    assertNull(next());
    clock.advance(STEADY);
    assertEquals(List.of("data", "a latest"), uploads());
  }

  @Test
  void aFileThatIsPassedOverHoldsNobodyUp() throws IOException {
    write("bad", 10);
    write("good", 20);
    begin();
    clock.advance(STEADY);
    assertEquals("good", difference.nextUpload("bad"::equals).name());
    assertTrue(difference.hasUploadsBut("bad"::equals));
    assertEquals("bad", next());
  }

  @Test
  void whatWasRestoredStaysWhereItIs() throws IOException {
    Path file = synced("x");
    begin();
    scan();
    assertNull(next());
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1)));
    scan();
    clock.advance(STEADY);
    assertEquals("x", next());
  }

  @Test
  void aFileOfTheSameSizeAndTimeInItsPlaceIsAnotherOne() throws IOException {
    Path file = synced("x");
    begin();
    Path other = Files.writeString(base.resolve("other"), "X");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    scan();
    clock.advance(STEADY);
    assertEquals("x", next());
  }

  @Test
  void temporaryNamesStayAndGoUpOnceTheyAreRenamed() throws IOException {
    write("x.tmp", 10);
    write("tmp-checkpoint-1/y", 20);
    write("z", 30);
    begin();
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("z"), uploads());
    Files.move(root.resolve("x.tmp"), root.resolve("x"));
    Files.move(root.resolve("tmp-checkpoint-1"), root.resolve("checkpoint-1"));
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("x", "checkpoint-1/y"), uploads());
    write("late.tmp", 40);
    difference.lookForTheLastTime();
    assertNull(next(), "not even at the end");
  }

  @Test
  void aTemporaryFileThatReplacesARestoredOneGoesUp() throws IOException {
    synced("latest");
    begin();
    write("latest.tmp", 10);
    Files.move(
        root.resolve("latest.tmp"),
        root.resolve("latest"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("latest"), uploads());
    scan();
    assertNull(delete());
  }

  @Test
  void linksToFilesOfTheDirectoryGoUpAsTheseAndOthersDont() throws IOException {
    write("deep/file", 10);
    Path outside = Files.writeString(base.resolve("outside"), "secret");
    Files.createSymbolicLink(root.resolve("inner"), Path.of("deep/file"));
    Files.createSymbolicLink(root.resolve("outer"), outside);
    Files.createSymbolicLink(root.resolve("broken"), Path.of("nowhere"));
    Files.createSymbolicLink(root.resolve("directory"), Path.of("deep"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("."));
    begin();
    scan();
    clock.advance(STEADY);
    assertEquals(List.of("deep/file", "inner"), uploads());
    Files.delete(root.resolve("inner"));
    Files.createSymbolicLink(root.resolve("inner"), outside);
    scan();
    clock.advance(STEADY);
    assertNull(next());
  }

  @Test
  void namesThatNoKeyCanHoldAreTold() throws IOException {
    String segment = "x".repeat(250);
    String name = String.join("/", segment, segment, segment, segment);
    write(name + "/" + "y".repeat(1024 - "ckpt/".length() - name.length() - 1), 10);
    begin();
    assertEquals("", difference.trouble());
    clock.advance(STEADY);
    assertEquals(1, uploads().size(), "1,024 bytes are no more than a key may have");
    write(name + "/" + "z".repeat(20), 10);
    scan();
    clock.advance(STEADY);
    assertNull(next());
    assertTrue(difference.trouble().startsWith("1 files aren't kept"), difference.trouble());
    assertEquals(0, difference.size());
  }

  @Test
  void scansTakeAFewPercentOfTheTimeAtMost() throws IOException {
    synced("a");
    synced("b");
    long[] time = {0};
    // Each look at the clock takes a second: so does a scan.
    SyncClock slow =
        new SyncClock(() -> time[0] += 1_000_000_000L, SyncClock.REAL.epochNanos(), () -> 1);
    difference = new FolderDifference(root, FOLDER, synced, SyncSettings.DEFAULT, slow, writers);
    Files.delete(root.resolve("a"));
    for (int i = 0; i < 10; i++) {
      difference.look();
    }
    assertEquals(0, difference.size());
    for (int i = 0; i < 100; i++) {
      difference.look();
    }
    assertEquals(1, difference.size());
  }

  @Test
  void filesAreFoundThoughTheKernelTellsOfTooMany() throws Exception {
    begin();
    for (int i = 0; i < 3000; i++) {
      write("f" + i, 10);
    }
    // No time passes, so only lost events can be a reason for a scan.
    lookUntil(3000);
    assertEquals(3000, difference.names().size());
  }

  @Test
  void aNewDirectoryIsFoundWithoutAScan() throws Exception {
    begin();
    write("new/deep/x", 10);
    lookUntil(1);
    write("new/deep/y", 10);
    lookUntil(2);
    assertEquals(List.of("new/deep/x", "new/deep/y"), difference.names());
  }

  @Test
  void aFileThatNobodyHasOpenNeedNotComeToRest() throws IOException {
    writers = Writers.REAL;
    begin();
    Path file = write("last", 1);
    scan();
    assertEquals("last", next());
    try (var open = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      open.write('x');
      scan();
      assertNull(next());
    }
    scan();
    assertEquals("last", next());
  }

  @Test
  void aDirectoryInThePlaceOfAnotherIsWatched() throws Exception {
    write("kept", 10);
    write("d/x", 20);
    begin();
    Files.move(root.resolve("d"), base.resolve("away"));
    write("d/y", 20);
    lookUntil(3);
    write("d/z", 30);
    lookUntil(4);
    assertEquals(List.of("kept", "d/x", "d/y", "d/z"), difference.names());
  }
}
