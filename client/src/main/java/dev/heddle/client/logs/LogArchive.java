package dev.heddle.client.logs;

import java.io.IOException;
import java.io.OutputStream;

/** The logs of applications that have ended, as YARN's log aggregation keeps them. */
public interface LogArchive {

  /** Whether this cluster keeps them at all. */
  boolean kept();

  /**
   * Writes one container's log file.
   *
   * @param owner the user that the application ran for
   * @param file such as {@code stdout.txt}
   * @return false when the archive doesn't hold that container, or not yet
   */
  boolean read(String applicationId, String owner, String containerId, String file, OutputStream to)
      throws IOException;
}
