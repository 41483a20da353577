package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * One host's directory of checkpoints and the folder in S3 that it shares with the job's other
 * hosts. {@link #restore} makes the directory what the folder was when it was listed; from {@link
 * #start} to {@link #flush} the folder follows what this host's algorithm does to the directory.
 * That may be gone through any number of times; what a host has and S3 has, too, isn't fetched
 * again.
 *
 * <p><b>What goes up.</b> Regular files whose size, time of the last write, or inode isn't that of
 * the version that was restored or went up last; links to such files within the directory go up as
 * the file. A file goes up when nobody has it open for writing, or, where the kernel doesn't tell
 * that, when it has been as it is for {@link SyncSettings#steadyFor}; in the order in which files
 * were last written, and of equal times by name; none that was written later appears in S3 before
 * it, but for files that can't be read or that S3 refuses, which the others don't wait for. It
 * appears whole and as it was at one time, or not at all. Temporary names don't go up: those that
 * end in {@code ~}, {@code .tmp}, {@code .temp}, {@code .swp}, {@code .swx}, {@code .part}, {@code
 * .partial}, {@code .incomplete} or with {@code .tmp} and a short tail, or begin with {@code tmp.},
 * {@code tmp-}, {@code .tmp}, {@code .#} or {@code .nfs}, and all in directories with such names;
 * other hidden names do. A file that is renamed from a temporary name goes up as a new one.
 *
 * <p><b>What is deleted.</b> A file that this host restored or brought to S3 is deleted there when
 *
 * <ul>
 *   <li>it went from the directory between start and flush, and from that same directory: nothing
 *       is deleted of a directory that is gone, or that another has taken the place of;
 *   <li>files are left: nothing is deleted of what a directory held that holds no files any more;
 *   <li>it has been missing for {@link SyncSettings#steadyFor} and no more files went between the
 *       last two scans, or for a minute, or the algorithm has ended;
 *   <li>all files are in S3 that were last written before it was missed, so that what was renamed
 *       is there by its new name first; and
 *   <li>the object is still the version that this host knows: what another host has written since
 *       stays.
 * </ul>
 *
 * <p>Safe for use by many threads.
 */
public final class CheckpointFolder implements Closeable {
  private final ObjectStore store;
  private final ObjectUri folder;
  private final Path directory;
  private final Path scratch;
  private final SyncSettings settings;
  private final BooleanSupplier mayWrite;
  private final SyncClock clock;
  private final Writers writers;
  private final SyncedFiles synced = new SyncedFiles();
  // Null before the first start; an ended one tells how it ended.
  private volatile FolderSync sync;

  /**
   * @param store how long it tries a call again by itself delays what {@link #status} tells of it
   * @param uri the folder, which ends at a slash whether or not it is written
   * @param directory the algorithm's; made when it's missing
   * @param scratch a directory outside of it, on the same file system, that nobody else uses; what
   *     is in it is removed
   * @param mayWrite asked immediately before each write to S3, by any thread; once it is false
   *     nothing is written any more and the sync ends
   */
  public CheckpointFolder(
      ObjectStore store,
      ObjectUri uri,
      Path directory,
      Path scratch,
      SyncSettings settings,
      BooleanSupplier mayWrite) {
    this(store, uri, directory, scratch, settings, mayWrite, SyncClock.REAL, Writers.REAL);
  }

  CheckpointFolder(
      ObjectStore store,
      ObjectUri uri,
      Path directory,
      Path scratch,
      SyncSettings settings,
      BooleanSupplier mayWrite,
      SyncClock clock,
      Writers writers) {
    this.store = store;
    this.folder = CheckpointListing.folder(uri);
    this.directory = directory;
    this.scratch = scratch;
    this.settings = settings;
    this.mayWrite = mayWrite;
    this.clock = clock;
    this.writers = writers;
  }

  /**
   * Makes the directory equal to a listing: fetches what isn't known to be there, and removes
   * everything else, temporary files, links and directories without files, too. To be called while
   * no algorithm runs, and to be cancelled by an interrupt. After a failure it may be called again.
   *
   * @param listing of {@link CheckpointListing#of}, the same for all hosts
   * @param pool shared with other downloads
   * @param reserve what stays free on the disk
   * @param received is told the bytes that were added to the disk, from many threads
   * @throws dev.heddle.pipemode.ObjectStoreException naming the object, when one can't be read, or
   *     isn't any more what was listed
   * @throws dev.heddle.pipemode.DiskFullException before anything is removed, when the disk has no
   *     room or its reserve would be used; and when the disk became full, after the directory was
   *     emptied, so that the node stays in service
   * @throws IOException also when a key can't be a file below the directory, before anything is
   *     removed
   * @throws IllegalStateException between {@link #start} and the end of {@link #flush}
   */
  public synchronized void restore(
      List<CheckpointEntry> listing, TransferPool pool, DiskReserve reserve, LongConsumer received)
      throws IOException, InterruptedException {
    requireEnded();
    new FolderRestore(store, folder, directory, scratch, synced)
        .run(listing, pool, reserve, received);
  }

  /**
   * Begins to follow the directory. What is there when it returns and wasn't restored goes up; what
   * was restored and isn't there any more stays in S3.
   *
   * @throws IOException when there is no directory and none can be made
   * @throws IllegalStateException between an earlier call and the end of {@link #flush}
   */
  public synchronized void start() throws IOException {
    requireEnded();
    Files.createDirectories(directory);
    CheckpointStatus before = status();
    FolderSync next =
        new FolderSync(
            folder,
            new FolderDifference(directory, folder, synced, settings, clock, writers),
            new FolderWrites(store, folder, settings, mayWrite),
            synced,
            clock,
            mayWrite,
            before);
    next.start(settings);
    sync = next;
  }

  private void requireEnded() {
    FolderSync current = sync;
    if (current != null && !current.hasEnded()) {
      throw new IllegalStateException("the checkpoints in " + folder + " are being followed");
    }
  }

  /**
   * Brings all that still differs to S3, without waiting for files to be steady, and ends what
   * {@link #start} began. To be called when the algorithm has ended. What can't be brought there
   * after three tries is given up earlier than the patience ends. When it returns or throws,
   * nothing more is written to S3.
   *
   * @param patience how long it may take; then it takes some seconds more at most
   * @return the names of what differs from S3, uploads and deletions; empty when all is there, and
   *     when nothing was started
   * @throws InterruptedException when the thread was interrupted; it has ended all the same
   */
  public List<String> flush(Duration patience) throws InterruptedException {
    FolderSync current = sync;
    return current == null ? List.of() : current.flush(patience);
  }

  /** How far it is; nothing yet before the first {@link #start}. */
  public CheckpointStatus status() {
    FolderSync current = sync;
    return current == null ? CheckpointStatus.NOTHING_YET : current.status();
  }

  /** Ends what {@link #start} began, without bringing anything more to S3. */
  @Override
  public void close() {
    FolderSync current = sync;
    if (current != null) {
      current.stop();
    }
  }
}
