package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.containerlauncher.runtime.FaultException;
import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.ObjectStoreException;
import java.io.IOException;
import java.nio.file.Path;

/** Says whose fault an exception is, and how to tell it. */
final class Faults {
  private Faults() {}

  /**
   * @param doing what failed, as the subject of a sentence: {@code The preparation of the host}
   */
  static Fault of(Throwable cause, String doing) {
    if (cause instanceof FaultException known) {
      return known.fault();
    }
    if (cause instanceof ObjectStoreException || cause instanceof DiskFullException) {
      return new Fault(Blame.CLIENT, cause.getMessage());
    }
    if (cause instanceof IOException io
        && DiskFullException.explain(io, Path.of("/")) instanceof DiskFullException) {
      return new Fault(
          Blame.CLIENT,
          doing + " found the node's disk full; give the job a larger disk or less data.");
    }
    String detail =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.toString();
    return new Fault(Blame.PLATFORM, doing + " failed on the node: " + detail);
  }
}
