package dev.heddle.containerlauncher.protocol;

/**
 * Why an allocation ended.
 *
 * @param exitCode the container's exit code where it has one, else 0
 * @param detail what the cluster said, one line; may be empty
 */
public record AllocationEnd(Cause cause, int exitCode, String detail) {

  /** The kinds of end that matter. */
  public enum Cause {
    /** The process ended by itself or was killed by a signal from outside. */
    EXITED("ended with exit code"),
    /** The NodeManager killed it for using more memory than it has. */
    OUT_OF_MEMORY("was killed for using more memory than it has"),
    /** The scheduler took it for another application. */
    PREEMPTED("was preempted"),
    /** The node is gone. */
    NODE_LOST("was lost with its node"),
    /** The node's disks failed. */
    DISK_FAILED("ended because its node's disks failed or are too full"),
    /** An administrator or the ResourceManager killed it. */
    KILLED("was killed by the cluster"),
    /** The NodeManager killed it for the size of its logs. */
    EXCESS_LOGS("was killed for the size of its logs"),
    /** It could not be started. */
    LAUNCH_FAILED("could not be started"),
    /** The ResourceManager that gave it out is not the one that its NodeManager has by now. */
    OUTDATED("could not be started because the ResourceManager was restarted meanwhile"),
    /** Nothing was heard of it for longer than the lease. */
    SILENT("was not heard of for longer than its lease"),
    /** It was gone when another ApplicationMaster took the job over, and nobody knows why. */
    MASTERLESS("ended while the job had no ApplicationMaster"),
    /** Given back by us. */
    RELEASED("was given back"),
    /** The host's agent found no room on its node. */
    UNPLACED("was given back because its agent found no room on the node");

    private final String sentence;

    Cause(String sentence) {
      this.sentence = sentence;
    }
  }

  /** The end in words: {@code was preempted: detail}. */
  public String describe() {
    String what = cause == Cause.EXITED ? cause.sentence + " " + exitCode : cause.sentence;
    return detail.isEmpty() ? what : what + ": " + detail;
  }
}
