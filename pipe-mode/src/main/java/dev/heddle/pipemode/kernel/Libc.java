package dev.heddle.pipemode.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The calls to the kernel that Java doesn't have. Linux only: elsewhere, and where JNA can't unpack
 * its library, the class can't be loaded (a {@link LinkageError}). What a call refuses is a {@link
 * LastErrorException} with the {@code errno}.
 */
public final class Libc {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_NONBLOCK = 0x800;
  public static final int F_SETPIPE_SZ = 1031;

  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;

  /** Which is ignored, unlike the SIGIO that the kernel would send to a lease's holder. */
  private static final int SIGURG = 23;

  public static final int EINTR = 4;

  private static final int EAGAIN = 11;

  /** No such device or address: nobody has the FIFO open for reading. */
  public static final int ENXIO = 6;

  public static final int ENOSPC = 28;
  public static final int EDQUOT = 122;

  private static final int O_CLOEXEC = 0x80000;
  private static final short POLLERR = 8;

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  private static native int mkfifo(String path, int mode) throws LastErrorException;

  private static native int open(String path, int flags, int mode) throws LastErrorException;

  public static native int close(int fd);

  public static native int fcntl(int fd, int command, int argument) throws LastErrorException;

  /** Not posix_fallocate, which writes zeros where the file system can't do it. */
  public static native int fallocate(int fd, int mode, long offset, long length)
      throws LastErrorException;

  private static native int poll(byte[] pollfd, long count, int timeoutMillis)
      throws LastErrorException;

  public static void mkfifo(Path path, int mode) throws LastErrorException {
    mkfifo(path.toString(), mode);
  }

  /** The descriptor, which other programs don't inherit. */
  public static int open(Path path, int flags) throws LastErrorException {
    return open(path.toString(), flags | O_CLOEXEC, 0);
  }

  /**
   * Whether nobody has the file open for writing: then alone the kernel gives a read lease, which
   * is returned at once (fcntl(2), F_SETLEASE). Whoever opens the file for writing in between waits
   * that long.
   *
   * @throws LastErrorException when the file isn't there or isn't this user's, or its file system
   *     has no leases; EAGAIN is an answer and no fault
   */
  public static boolean nobodyWrites(Path file) throws LastErrorException {
    int fd = open(file, O_RDONLY | O_NONBLOCK);
    try {
      fcntl(fd, F_SETSIG, SIGURG);
      fcntl(fd, F_SETLEASE, F_RDLCK);
      fcntl(fd, F_SETLEASE, F_UNLCK);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == EAGAIN) {
        return false;
      }
      throw e;
    } finally {
      close(fd);
    }
  }

  /** Whether the last reader of a pipe is gone, asked of a descriptor that writes to it. */
  public static boolean readersGone(int fd) {
    // struct pollfd { int fd; short events; short revents; }, in this machine's order.
    ByteBuffer pollfd = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    pollfd.putInt(0, fd);
    poll(pollfd.array(), 1, 0);
    return (pollfd.getShort(6) & POLLERR) != 0;
  }
}
