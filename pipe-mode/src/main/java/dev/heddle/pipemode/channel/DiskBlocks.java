package dev.heddle.pipemode.channel;

import com.sun.jna.LastErrorException;
import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.kernel.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Gives a file its blocks before it is written, so that a full disk shows at once and the blocks
 * lie together. Where the kernel or the file system can't, the file gets its size alone.
 */
final class DiskBlocks {
  private static final Logger LOG = LogManager.getLogger(DiskBlocks.class);

  private DiskBlocks() {}

  /**
   * Makes an empty file of that size, in place of whatever file was there.
   *
   * @param size bytes, 1 or more
   * @return whether it has its blocks
   * @throws DiskFullException when the disk hasn't so many
   */
  static boolean allocate(Path file, long size) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      if (reserve(file, size)) {
        return true;
      }
      out.write(ByteBuffer.allocate(1), size - 1);
      return false;
    }
  }

  private static boolean reserve(Path file, long size) throws DiskFullException {
    try {
      int fd = Libc.open(file, Libc.O_WRONLY);
      try {
        return reserve(fd, size);
      } finally {
        Libc.close(fd);
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Libc.ENOSPC || e.getErrorCode() == Libc.EDQUOT) {
        throw new DiskFullException(
            "The disk has no room for the "
                + size
                + " bytes of "
                + file
                + "; give the job a larger disk or less data.",
            e);
      }
      LOG.debug("{} gets its blocks as it is written", file, e);
    } catch (LinkageError e) {
      LOG.debug("Files get their blocks as they are written", e);
    }
    return false;
  }

  private static boolean reserve(int fd, long size) {
    while (true) {
      try {
        return Libc.fallocate(fd, 0, 0, size) == 0;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Libc.EINTR) {
          throw e;
        }
      }
    }
  }
}
