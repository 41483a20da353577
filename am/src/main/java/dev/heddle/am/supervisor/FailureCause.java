package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;

/** Why a host failed: it decides whose fault that is, and what a relaunch for it costs. */
public enum FailureCause {
  ALGORITHM_ERROR("the algorithm failed", Blame.ALGORITHM, Budget.ALGORITHM, false),
  OUT_OF_MEMORY("it used too much memory", Blame.ALGORITHM, Budget.ALGORITHM, false),
  PREEMPTED("it was preempted", Blame.PLATFORM, Budget.PREEMPTION, false),
  NODE_LOST("its node was lost", Blame.PLATFORM, Budget.PLATFORM, true),
  DISK_FAILED("its node's disk failed or is full", Blame.PLATFORM, Budget.PLATFORM, true),
  KILLED("it was killed from outside", Blame.PLATFORM, Budget.PLATFORM, false),
  CLIENT_ERROR("the job's image or data is at fault", Blame.CLIENT, Budget.NONE, false),
  PLATFORM_ERROR("the platform failed", Blame.PLATFORM, Budget.PLATFORM, true);

  /** What a relaunch is counted against. */
  enum Budget {
    /** {@code heddle.restart.algorithm-attempts}. */
    ALGORITHM,
    /** RetryStrategy's MaximumRetryAttempts, else {@code heddle.restart.platform-attempts}. */
    PLATFORM,
    /** Nothing is spent, but each one is waited for longer. */
    PREEMPTION,
    /** There is no relaunch. */
    NONE
  }

  private static final int KILLED_CODE = 128 + 9;
  private static final int TERMINATED_CODE = 128 + 15;

  private final String sentence;
  private final Blame blame;
  private final Budget budget;
  private final boolean nodeSuspect;

  FailureCause(String sentence, Blame blame, Budget budget, boolean nodeSuspect) {
    this.sentence = sentence;
    this.blame = blame;
    this.budget = budget;
    this.nodeSuspect = nodeSuspect;
  }

  /** The host's allocation has ended. */
  static FailureCause of(AllocationEnd end) {
    return switch (end.cause()) {
      case OUT_OF_MEMORY -> OUT_OF_MEMORY;
      case PREEMPTED -> PREEMPTED;
      case NODE_LOST, SILENT -> NODE_LOST;
      case DISK_FAILED -> DISK_FAILED;
      case EXCESS_LOGS -> ALGORITHM_ERROR;
      case KILLED, RELEASED, MASTERLESS -> KILLED;
      case LAUNCH_FAILED, UNPLACED, OUTDATED -> PLATFORM_ERROR;
      // The agent's own process, which ends by itself only when something is wrong with the node.
      case EXITED ->
          end.exitCode() == KILLED_CODE || end.exitCode() == TERMINATED_CODE
              ? KILLED
              : PLATFORM_ERROR;
    };
  }

  /** The agent has told a fault. */
  static FailureCause of(Fault fault) {
    return switch (fault.blame()) {
      case ALGORITHM -> fault.outOfMemory() ? OUT_OF_MEMORY : ALGORITHM_ERROR;
      case CLIENT, CAPACITY -> CLIENT_ERROR;
      case PLATFORM -> PLATFORM_ERROR;
    };
  }

  /** The algorithm has ended with another code than 0. */
  static FailureCause of(AlgorithmExit exit) {
    return exit.killed() ? KILLED : ALGORITHM_ERROR;
  }

  /** In words, of a host. */
  String sentence() {
    return sentence;
  }

  Blame blame() {
    return blame;
  }

  Budget budget() {
    return budget;
  }

  /** Whether the node may have brought it about, so that the next host had better go elsewhere. */
  boolean nodeSuspect() {
    return nodeSuspect;
  }
}
