package dev.heddle.am.supervisor;

/** Where the job stands, finer than what its status tells. */
enum Phase {
  /** The cluster isn't ready. */
  CONNECTING,
  /** The gang gathers. */
  GATHERING,
  /** Agents prepare their hosts. */
  PREPARING,
  /** Algorithms run. */
  TRAINING,
  /** An attempt has failed: the other hosts' algorithms stop and save. */
  HALTING,
  /** The verdict is there; algorithms still end. */
  ENDING,
  /** Models and outputs go to S3. */
  UPLOADING,
  /** All is told; agents leave. */
  LEAVING,
  /** Nothing is left. */
  DONE;

  /** Whether allocations may be wanted. */
  boolean gathers() {
    return this == GATHERING || this == PREPARING || this == TRAINING || this == HALTING;
  }
}
