package dev.heddle.pipemode.checkpoint;

import static org.awaitility.Awaitility.await;

import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** One of a job's hosts: its directory, which tests write to as the algorithm, and the folder. */
final class TestHost implements AutoCloseable {
  static final SyncSettings QUICK =
      new SyncSettings(Duration.ofMillis(20), Duration.ofMillis(40), 2, 5 << 20);

  /** Beyond ASCII where this JVM's locale can write that. */
  static final String UNICODE =
      System.getProperty("sun.jnu.encoding").equals("UTF-8") ? "\u00e4\u20ac\ud83d\ude00" : "u";

  private final ObjectStore store;
  private final ObjectUri uri;
  private final Path directory;
  private final AtomicBoolean mayWrite = new AtomicBoolean(true);
  private final AtomicLong received = new AtomicLong();
  private final TransferPool pool = new TransferPool("restore-test", 3);
  private final CheckpointFolder folder;

  TestHost(ObjectStore store, ObjectUri uri, Path base, SyncSettings settings) {
    this.store = store;
    this.uri = uri;
    directory = base.resolve("checkpoints");
    folder =
        new CheckpointFolder(
            store,
            uri,
            directory,
            base.resolve("scratch"),
            settings,
            mayWrite::get,
            SyncClock.REAL,
            // As on a file system without leases.
            file -> false);
  }

  TestHost(ObjectStore store, Path base) {
    this(store, WatchedStore.FOLDER, base, QUICK);
  }

  CheckpointFolder folder() {
    return folder;
  }

  Path directory() {
    return directory;
  }

  /** Bytes that restores brought. */
  long received() {
    return received.get();
  }

  void forbidWriting() {
    mayWrite.set(false);
  }

  void restore() throws IOException, InterruptedException {
    restore(CheckpointListing.of(store, uri));
  }

  void restore(List<CheckpointEntry> listing) throws IOException, InterruptedException {
    folder.restore(listing, pool, DiskReserve.percent(0), received::addAndGet);
  }

  void start() throws IOException {
    folder.start();
  }

  /** Begins with what is in S3. */
  void begin() throws IOException, InterruptedException {
    restore();
    start();
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  Path write(String name, String text) throws IOException {
    Files.createDirectories(path(name).getParent());
    return Files.writeString(path(name), text);
  }

  /**
   * A file that is there whole at once and was last written at that time.
   *
   * @param second after 2001
   */
  void write(String name, String text, int second) throws IOException {
    Path file = Files.writeString(directory.resolveSibling("elsewhere"), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000L + second)));
    Files.createDirectories(path(name).getParent());
    Files.move(file, path(name));
  }

  String read(String name) throws IOException {
    return Files.readString(path(name));
  }

  /** All that is in the directory; directories with a slash. */
  List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      TreeSet<String> names = new TreeSet<>();
      all.filter(path -> !path.equals(directory))
          .forEach(
              path -> names.add(directory.relativize(path) + (Files.isDirectory(path) ? "/" : "")));
      return List.copyOf(names);
    }
  }

  /** Waits until nothing of this host's is missing in S3. */
  void awaitSynced(long filesUploaded) {
    await()
        .until(
            () ->
                folder.status().filesUploaded() == filesUploaded
                    && folder.status().pendingFiles() == 0);
  }

  List<String> flush() throws InterruptedException {
    return folder.flush(Duration.ofSeconds(20));
  }

  @Override
  public void close() {
    folder.close();
    pool.close();
  }
}
