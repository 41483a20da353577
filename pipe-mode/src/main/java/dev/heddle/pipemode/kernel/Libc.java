package dev.heddle.pipemode.feed;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The calls to the kernel for named pipes that Java doesn't have. Linux only. */
final class Libc {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int F_SETPIPE_SZ = 1031;

  /** No such device or address: nobody has the FIFO open for reading. */
  static final int ENXIO = 6;

  private static final short POLLERR = 8;

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  private static native int mkfifo(String path, int mode) throws LastErrorException;

  private static native int open(String path, int flags, int mode) throws LastErrorException;

  static native int close(int fd);

  static native int fcntl(int fd, int command, int argument) throws LastErrorException;

  private static native int poll(byte[] pollfd, long count, int timeoutMillis)
      throws LastErrorException;

  static void mkfifo(Path path, int mode) throws LastErrorException {
    mkfifo(path.toString(), mode);
  }

  static int open(Path path, int flags) throws LastErrorException {
    return open(path.toString(), flags | O_CLOEXEC, 0);
  }

  /** Whether the last reader of a pipe is gone, asked of a descriptor that writes to it. */
  static boolean readersGone(int fd) {
    // struct pollfd { int fd; short events; short revents; }, in this machine's order.
    ByteBuffer pollfd = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    pollfd.putInt(0, fd);
    poll(pollfd.array(), 1, 0);
    return (pollfd.getShort(6) & POLLERR) != 0;
  }
}
