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

  public static final int EINTR = 4;

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

  /** Whether the last reader of a pipe is gone, asked of a descriptor that writes to it. */
  public static boolean readersGone(int fd) {
    // struct pollfd { int fd; short events; short revents; }, in this machine's order.
    ByteBuffer pollfd = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    pollfd.putInt(0, fd);
    poll(pollfd.array(), 1, 0);
    return (pollfd.getShort(6) & POLLERR) != 0;
  }
}
