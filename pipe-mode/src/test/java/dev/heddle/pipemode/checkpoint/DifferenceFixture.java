package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory beside what S3 has of it, by a clock that only the test moves. */
abstract class DifferenceFixture {
  static final ObjectUri FOLDER = ObjectUri.parse("s3://bucket/ckpt/");
  static final Duration SCAN = SyncSettings.DEFAULT.scanEvery();
  static final Duration STEADY = SyncSettings.DEFAULT.steadyFor();

  @TempDir Path base;
  Path root;
  final TestClock clock = new TestClock();
  final SyncedFiles synced = new SyncedFiles();
  FolderDifference difference;
  Writers writers = file -> false;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(base.resolve("root"));
  }

  @AfterEach
  void close() {
    if (difference != null) {
      difference.close();
    }
  }

  void begin() throws IOException {
    begin(SyncSettings.DEFAULT);
  }

  void begin(SyncSettings settings) throws IOException {
    difference = new FolderDifference(root, FOLDER, synced, settings, clock.clock(), writers);
  }

  Path write(String name, String text) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    return Files.writeString(root.resolve(name), text);
  }

  Path write(String name, int second) throws IOException {
    Path file = write(name, name);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000L + second)));
    return file;
  }

  /** A file that S3 has. */
  Path synced(String name) throws IOException {
    Path file = write(name, name);
    synced.put(name, "\"e\"", FileStamp.of(file));
    return file;
  }

  void scan() {
    clock.advance(SCAN);
    difference.look();
  }

  /** Looks while no time passes, so that no scan is due. */
  void lookUntil(int size) {
    while (difference.size() < size) {
      difference.look();
      Thread.onSpinWait();
    }
  }

  String next() {
    Change change = difference.nextUpload(name -> false);
    return change == null ? null : change.name();
  }

  /** Brings the next file to S3. */
  String upload() {
    Change change = difference.nextUpload(name -> false);
    if (change == null) {
      return null;
    }
    difference.uploaded(change, "\"u\"", difference.generation());
    return change.name();
  }

  List<String> uploads() {
    List<String> names = new ArrayList<>();
    for (String name = upload(); name != null; name = upload()) {
      names.add(name);
    }
    return names;
  }

  String delete() {
    String name = difference.nextDeletion();
    if (name != null) {
      difference.deleted(name, synced.get(name));
    }
    return name;
  }
}
