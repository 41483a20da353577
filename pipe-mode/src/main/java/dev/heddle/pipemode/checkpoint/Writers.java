package dev.heddle.pipemode.checkpoint;

import com.sun.jna.LastErrorException;
import dev.heddle.pipemode.kernel.Libc;
import java.nio.file.Path;

/** Whether a file is still being written, as far as the kernel tells. */
@FunctionalInterface
interface Writers {

  /** Whether it is known that nobody has the file open for writing. */
  boolean none(Path file);

  Writers REAL =
      file -> {
        try {
          return Libc.nobodyWrites(file);
        } catch (LastErrorException | LinkageError e) {
          return false; // nothing is known
        }
      };
}
