package dev.heddle.pipemode;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The share of a disk that stays free, because a node with full disks is taken out of service. */
public final class DiskReserve {

  /** What a file store tells of itself, bytes. */
  record Space(long total, long usable) {}

  /** Asks the file store that holds a directory. */
  @FunctionalInterface
  interface Probe {
    Space of(Path directory) throws IOException;
  }

  private final int percent;
  private final Probe probe;

  DiskReserve(int percent, Probe probe) {
    if (percent < 0 || percent > 99) {
      throw new IllegalArgumentException("the disk reserve must be 0 to 99 percent: " + percent);
    }
    this.percent = percent;
    this.probe = probe;
  }

  /**
   * @param percent of the whole disk that is kept free, 0 to 99
   */
  public static DiskReserve percent(int percent) {
    return new DiskReserve(
        percent,
        directory -> {
          FileStore store = Files.getFileStore(directory);
          return new Space(store.getTotalSpace(), store.getUsableSpace());
        });
  }

  /**
   * Makes sure that so many bytes fit beside the reserve.
   *
   * @param directory an existing directory on the disk
   * @param bytes 0 or more
   * @param what begins the sentence when it fails, such as {@code Channel "train"}
   * @throws DiskFullException when they don't fit
   */
  public void require(Path directory, long bytes, String what) throws IOException {
    Space space = probe.of(directory);
    long kept = (long) (space.total() / 100.0 * percent);
    long available = Math.max(0, space.usable() - kept);
    if (bytes > available) {
      throw new DiskFullException(
          String.format(
              Locale.ROOT,
              "%s needs %d bytes, but only %d bytes are available in %s (%d bytes are free there,"
                  + " of which %d %% of the disk, %d bytes, stay free as heddle.disk.reserve-percent"
                  + " says, because a NodeManager whose disk is fuller takes its node out of"
                  + " service); give the job a larger disk or less data.",
              what,
              bytes,
              available,
              directory,
              space.usable(),
              percent,
              kept),
          null);
    }
  }
}
