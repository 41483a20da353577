package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What a directory has that S3 hasn't, and the other way round, found by looking where the kernel
 * says that something happened and by scanning everything now and then. For use by one thread.
 */
final class FolderDifference implements Closeable {
  private static final Logger LOG = LogManager.getLogger(FolderDifference.class);

  /** What scans cost at most of the time: one part in so many. */
  private static final int SCAN_SHARE = 20;

  private static final int LONGEST_KEY = 1024;

  private final Path directory;
  private final ObjectUri folder;
  private final SyncedFiles synced;
  private final SyncClock clock;
  private final long scanNanos;
  private final long steadyNanos;
  private final FolderScan scanner;
  private final Writers writers;
  private final PendingChanges changes = new PendingChanges();
  private final Deletions deletions;
  private final Set<String> withoutKey = new TreeSet<>();
  private HeldRoot root;
  private FolderWatch watch;
  private long scanEnded;
  private long scanTook;
  private boolean scanWanted;
  // Whether nobody writes to the directory any more.
  private boolean last;
  // Counts the directories that took each other's place.
  private int generation;
  private String notice = "";
  private String scanTrouble = "";

  /**
   * Looks at what is there; from then on changes are found.
   *
   * @param folder ends in a slash, unless it is a whole bucket
   * @param synced what is known of the directory, and will be known
   * @param writers whoever is known to write no more needn't come to rest
   * @param writers whose files needn't come to rest
   * @throws IOException when there is no such directory
   */
  FolderDifference(
      Path directory,
      ObjectUri folder,
      SyncedFiles synced,
      SyncSettings settings,
      SyncClock clock,
      Writers writers)
      throws IOException {
    this.directory = directory;
    this.writers = writers;
    this.folder = folder;
    this.synced = synced;
    this.clock = clock;
    scanNanos = settings.scanEvery().toNanos();
    steadyNanos = settings.steadyFor().toNanos();
    scanner = new FolderScan(directory);
    deletions = new Deletions(steadyNanos);
    root = HeldRoot.of(directory);
    watch = new FolderWatch(directory.getFileSystem());
    scan(true);
  }

  private long now() {
    return clock.nanoTime().getAsLong();
  }

  /** Looks where something happened, and everywhere when it is time. */
  void look() {
    Map<String, Path> touched = new LinkedHashMap<>();
    if (!watch.poll(touched)) {
      scanWanted = true;
    }
    touched.forEach(this::look);
    long idle = now() - scanEnded;
    if (idle >= SCAN_SHARE * scanTook && (scanWanted || idle >= scanNanos)) {
      scan(false);
    }
  }

  /** Looks everywhere, once and for all: nobody writes to the directory any more. */
  void lookForTheLastTime() {
    last = true;
    scan(false);
  }

  /** Something about a name is new; what is gone is a scan's affair. */
  private void look(String name, Path path) {
    if (TemporaryNames.isTemporary(name.substring(name.lastIndexOf('/') + 1))) {
      return;
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      watch.add(name, path);
      scanner.walk(name, path, visitor(new HashSet<>(), new HashSet<>()));
      return;
    }
    FolderScan.Found found = scanner.look(path);
    if (found == null) {
      scanWanted = true;
    } else {
      see(name, path, found);
    }
  }

  private FolderScan.Visitor visitor(Set<String> files, Set<String> directories) {
    return new FolderScan.Visitor() {
      @Override
      public void directory(String name, Path path) {
        directories.add(name);
        watch.ensure(name, path);
      }

      @Override
      public void file(String name, Path path, FolderScan.Found found) {
        files.add(name);
        see(name, path, found);
      }
    };
  }

  private void see(String name, Path path, FolderScan.Found found) {
    deletions.cancel(name);
    SyncedFiles.Synced known = synced.get(name);
    if (known != null && known.stamp().equals(found.stamp())) {
      changes.drop(name);
    } else if (hasKey(name)) {
      changes.see(name, path, found, now());
    } else {
      withoutKey.add(name);
    }
  }

  private boolean hasKey(String name) {
    // Stands for bytes that are no UTF-8, of which keys are made.
    return name.indexOf('\uFFFD') < 0
        && folder.child(name).key().getBytes(StandardCharsets.UTF_8).length <= LONGEST_KEY;
  }

  /**
   * @param first whether what is missing went before anybody looked, and is nobody's deletion
   */
  private void scan(boolean first) {
    long began = now();
    scanWanted = false;
    if (holdsRoot()) {
      Set<String> files = new HashSet<>();
      Set<String> directories = new HashSet<>();
      withoutKey.clear();
      boolean whole = scanner.walk("", directory, visitor(files, directories));
      if (files.isEmpty() && !synced.isEmpty()) {
        // A directory that was renamed from where the scan came later to where it had been.
        whole = scanner.walk("", directory, visitor(files, directories));
      }
      scanTrouble = scanner.trouble();
      if (whole && root.look() == HeldRoot.State.SAME) {
        watch.retain(directories);
        changes.retain(files);
        if (first) {
          synced.retain(files);
        } else if (deletions.scanned(
            synced.names(), files, now(), clock.epochNanos().getAsLong(), last)) {
          forget("All files of the checkpoint directory " + directory + " vanished at once");
        }
      }
    }
    scanEnded = now();
    scanTook = scanEnded - began;
  }

  /** Makes sure that the directory is the one that was held, or holds the one in its place. */
  private boolean holdsRoot() {
    HeldRoot.State state = root.look();
    if (state == HeldRoot.State.SAME) {
      return true;
    }
    generation++;
    changes.clear();
    forget(
        "The checkpoint directory "
            + directory
            + (state == HeldRoot.State.GONE ? " is gone" : " was replaced by another"));
    if (state == HeldRoot.State.GONE) {
      return false;
    }
    try {
      HeldRoot now = HeldRoot.of(directory);
      root.close();
      root = now;
    } catch (IOException e) {
      return false;
    }
    watch.close();
    watch = new FolderWatch(directory.getFileSystem());
    return true;
  }

  /** Of what was there until now nothing will be deleted in S3. */
  private void forget(String why) {
    // Nobody misses an empty directory.
    if (!synced.isEmpty()) {
      notice =
          why
              + "; nothing is deleted in "
              + folder
              + ", where "
              + synced.size()
              + " of its files are.";
      LOG.warn(notice);
    }
    synced.clear();
    deletions.clear();
  }

  /**
   * The file that is to go up next, as it is; null when there is none, or none for now.
   *
   * @param passedOver by names, which the others needn't wait for
   */
  Change nextUpload(Predicate<String> passedOver) {
    while (true) {
      Change change = changes.next(now(), last ? 0 : steadyNanos, passedOver);
      if (change == null) {
        change = closed(passedOver);
      }
      if (change == null) {
        return null;
      }
      FolderScan.Found found = scanner.look(change.path());
      if (found == null) {
        changes.drop(change.name());
        scanWanted = true;
      } else if (found.stamp().equals(change.stamp()) && found.file().equals(change.file())) {
        return change;
      } else {
        changes.see(change.name(), change.path(), found, now());
      }
    }
  }

  /** The file whose turn it is, if nobody has it open for writing. */
  private Change closed(Predicate<String> passedOver) {
    Change change = changes.first(passedOver);
    return change != null && writers.none(change.file()) ? change : null;
  }

  /**
   * The name that is to be deleted next in S3; null when there is none, or when a file must go up
   * before.
   */
  String nextDeletion() {
    while (true) {
      String name = deletions.next(changes);
      if (name == null || !holdsRoot()) {
        return null;
      }
      if (synced.get(name) == null) {
        deletions.cancel(name);
        continue;
      }
      Path path;
      try {
        path = directory.resolve(name);
      } catch (InvalidPathException e) {
        // This locale has no such name to look for; the scans did.
        return name;
      }
      FolderScan.Found found = scanner.look(path);
      if (found == null) {
        return name;
      }
      see(name, path, found);
    }
  }

  /** Which of the directories is there that took each other's place. */
  int generation() {
    return generation;
  }

  /**
   * A file is in S3.
   *
   * @param generation when it was to go up
   */
  void uploaded(Change change, String etag, int generation) {
    if (generation == this.generation) {
      synced.put(change.name(), etag, change.stamp());
      changes.done(change);
    }
  }

  /** What S3 had of a name is deleted there, or is none of this host's. */
  void deleted(String name, SyncedFiles.Synced known) {
    deletions.cancel(name);
    if (known.equals(synced.get(name))) {
      synced.remove(name);
    }
  }

  /** Whether files with other names than these are to go up. */
  boolean hasUploadsBut(Predicate<String> names) {
    return changes.hasOther(names);
  }

  boolean isPending(String name) {
    return changes.contains(name);
  }

  int size() {
    return changes.size() + deletions.size();
  }

  /** The names that differ from S3: those to go up, in their order, and those to be deleted. */
  List<String> names() {
    return Stream.concat(changes.names().stream(), deletions.names().stream()).toList();
  }

  /** When the first difference was first seen, by {@link System#nanoTime}; empty without one. */
  OptionalLong oldest() {
    long now = now();
    OptionalLong change = changes.oldest(now);
    OptionalLong deletion = deletions.oldest(now);
    if (change.isEmpty() || deletion.isEmpty()) {
      return change.isEmpty() ? deletion : change;
    }
    return change.getAsLong() - deletion.getAsLong() < 0 ? change : deletion;
  }

  /** What is wrong with the directory, in one sentence; empty when nothing is. */
  String trouble() {
    if (!scanTrouble.isEmpty()) {
      return scanTrouble;
    }
    if (!notice.isEmpty() || withoutKey.isEmpty()) {
      return notice;
    }
    return withoutKey.size()
        + " files aren't kept in S3, because their names are too long for keys or no UTF-8, such as "
        + withoutKey.iterator().next()
        + ".";
  }

  @Override
  public void close() {
    watch.close();
    try {
      root.close();
    } catch (IOException e) {
      LOG.debug("The directory didn't close", e);
    }
  }
}
