package dev.heddle.pipemode;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;

/** A local disk has no room for what was to be written; the message says where and how much. */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The failure of a write as it should be told: as a full disk where it was one. */
  public static IOException explain(IOException failure, Path file) {
    // An object store may have a quota of its own, which is another matter.
    return !(failure instanceof ObjectStoreException) && isDiskFull(failure)
        ? new DiskFullException(
            "No space is left on the disk of "
                + file
                + "; give the job a larger disk or less data.",
            failure)
        : failure;
  }

  private static boolean isDiskFull(IOException failure) {
    String text =
        failure instanceof FileSystemException e
            ? e.getReason()
            : String.valueOf(failure.getMessage());
    String reason = String.valueOf(text).toLowerCase(Locale.ROOT);
    // The JDK gives the words of strerror(ENOSPC) and strerror(EDQUOT), and no number.
    return reason.contains("no space left on device") || reason.contains("quota exceeded");
  }
}
