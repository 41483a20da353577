package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.runtime.FaultException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/**
 * Whether an algorithm failed because its disk was full. VolumeSizeInGB is the algorithm's to fill;
 * below that others of the node have filled the disk, and another node may have room.
 */
final class FullDisk {
  /** Who wants to write more than this fails. */
  private static final long NOTHING = 1 << 20;

  private static final long GIB = 1 << 30;

  private FullDisk() {}

  /**
   * @param tree what the job has on the disk
   * @param volumeGb VolumeSizeInGB; null or 0 for half of the disk
   * @return one clause for the reason of the failure; empty when there was room
   * @throws FaultException when the disk is full, and not by this job
   */
  static String remark(Path tree, Integer volumeGb) throws FaultException {
    File disk = tree.toFile();
    if (disk.getUsableSpace() >= NOTHING) {
      return "";
    }
    boolean told = volumeGb != null && volumeGb > 0;
    return judge(bytes(tree), told ? volumeGb * GIB : disk.getTotalSpace() / 2);
  }

  /** The same, where the disk is full. */
  static String judge(long own, long volume) throws FaultException {
    String has = String.format(Locale.ROOT, "%.2f GB", (double) own / GIB);
    if (own < volume) {
      throw new FaultException(
          Fault.Blame.PLATFORM,
          "The algorithm failed, and the node's disk is full, of which /opt/ml has only "
              + has
              + ".");
    }
    return "the node's disk is full, of which /opt/ml has "
        + has
        + ": VolumeSizeInGB is "
        + volume / GIB;
  }

  private static long bytes(Path tree) {
    long[] sum = {0};
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum[0];
  }
}
