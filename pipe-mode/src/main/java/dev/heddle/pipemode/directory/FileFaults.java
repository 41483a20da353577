package dev.heddle.pipemode.directory;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What goes wrong with files, as a store tells it. */
final class FileFaults {
  private FileFaults() {}

  /**
   * @param doing such as {@code read}
   */
  static ObjectStoreException of(String doing, ObjectUri uri, Path file, IOException failure) {
    if (failure instanceof ObjectStoreException known) {
      return known;
    }
    String could = "Could not " + doing + " " + uri + ": ";
    if (failure instanceof NoSuchFileException) {
      return new ObjectStoreException(Kind.NOT_FOUND, could + "there is no such file.", failure);
    }
    if (failure instanceof AccessDeniedException) {
      return new ObjectStoreException(
          Kind.ACCESS_DENIED,
          could + "access is denied. Let this user have it, or choose another directory.",
          failure);
    }
    IOException told = DiskFullException.explain(failure, file);
    return new ObjectStoreException(Kind.REFUSED, could + reason(told) + ".", failure);
  }

  static ObjectStoreException changed(ObjectUri uri) {
    return new ObjectStoreException(
        Kind.CHANGED,
        "Could not read "
            + uri
            + ": the file was replaced after it had been listed. Don't write to a job's input while"
            + " the job runs.",
        null);
  }

  private static String reason(IOException failure) {
    String text =
        failure instanceof FileSystemException e && e.getReason() != null
            ? e.getReason()
            : String.valueOf(failure.getMessage());
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
