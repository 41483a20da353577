package dev.heddle.pipemode.feed;

import com.sun.jna.LastErrorException;
import dev.heddle.pipemode.kernel.Libc;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A named pipe that one epoch of a channel flows through, from here to one reader. */
final class Fifo {
  /** The most that an unprivileged process may ask for by default (/proc/sys/fs/pipe-max-size). */
  private static final int PIPE_BYTES = 1 << 20;

  private static final int SMALLEST_PIPE_BYTES = 128 << 10;

  private final Path path;

  private Fifo(Path path) {
    this.path = path;
  }

  /**
   * Makes the pipe, readable by all, as the algorithm may be another user.
   *
   * @throws IOException when there is something of that name already, among others
   */
  static Fifo create(Path path) throws IOException {
    try {
      Libc.mkfifo(path, 0644);
    } catch (LastErrorException e) {
      throw new IOException("cannot make the named pipe " + path + ": " + e.getMessage(), e);
    }
    // The process's umask must not show.
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    return new Fifo(path);
  }

  Path path() {
    return path;
  }

  /**
   * Opens the pipe if a reader has; never blocks. Opening it the usual way would, and no interrupt
   * would free the thread.
   */
  Optional<FifoSink> tryOpen() throws IOException {
    int writer = open(Libc.O_WRONLY | Libc.O_NONBLOCK);
    if (writer < 0) {
      return Optional.empty();
    }
    // While this end is open for reading, a second end for writing opens at once, too.
    int guard = -1;
    try {
      guard = open(Libc.O_RDONLY | Libc.O_NONBLOCK);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
      enlarge(writer);
      return Optional.of(new FifoSink(channel, writer));
    } catch (IOException | RuntimeException e) {
      Libc.close(writer);
      throw e;
    } finally {
      if (guard >= 0) {
        Libc.close(guard);
      }
    }
  }

  /** The descriptor, or -1 when there is no reader. */
  private int open(int flags) throws IOException {
    try {
      return Libc.open(path, flags);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Libc.ENXIO) {
        return -1;
      }
      throw new IOException("cannot open the named pipe " + path + ": " + e.getMessage(), e);
    }
  }

  /** A small pipe costs a switch between the processes for every 64 KiB; it works all the same. */
  static void enlarge(int fd) {
    for (int bytes = PIPE_BYTES; bytes >= SMALLEST_PIPE_BYTES; bytes /= 2) {
      try {
        Libc.fcntl(fd, Libc.F_SETPIPE_SZ, bytes);
        return;
      } catch (LastErrorException e) {
        // Less may be allowed.
      }
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }
}
