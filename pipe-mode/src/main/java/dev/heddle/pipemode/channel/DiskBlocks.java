package dev.heddle.pipemode.channel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import dev.heddle.pipemode.DiskFullException;
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

  private static final int EINTR = 4;
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;

  private DiskBlocks() {}

  /** Linux; a class of its own, because it can't be loaded everywhere. */
  private static final class Libc {
    static final int O_WRONLY = 1;
    static final int O_CLOEXEC = 0x80000;

    static {
      Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int open(String path, int flags, int mode) throws LastErrorException;

    /** Not posix_fallocate, which writes zeros where the file system can't do it. */
    static native int fallocate(int fd, int mode, long offset, long length)
        throws LastErrorException;

    static native int close(int fd);
  }

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
      int fd = Libc.open(file.toString(), Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
      try {
        return reserve(fd, size);
      } finally {
        Libc.close(fd);
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() == ENOSPC || e.getErrorCode() == EDQUOT) {
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
        if (e.getErrorCode() != EINTR) {
          throw e;
        }
      }
    }
  }
}
