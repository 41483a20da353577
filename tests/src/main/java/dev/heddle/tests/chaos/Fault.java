package dev.heddle.tests.chaos;

import java.util.Locale;

/** What may happen to a running job. */
enum Fault {
  ALGORITHM_KILLED("algorithm killed"),
  AGENT_KILLED("agent killed"),
  MASTER_KILLED("ApplicationMaster killed"),
  MASTER_KILLED_TWICE("ApplicationMaster killed, and the next one, too"),
  NODE_STOPPED("NodeManager stopped"),
  PREEMPTED("preempted by another queue"),
  S3_REFUSES("S3 answers 503"),
  S3_DAWDLES("S3 is slow to answer"),
  S3_RESETS("S3 resets connections"),
  S3_TRUNCATES("S3 breaks bodies off"),
  DISK_FULL("a node's disk full", true),
  AGENT_STOPPED("agent halted beyond its lease, then let go on"),
  CUT_SHORT("agents cut from the master, shorter than the lease", true),
  CUT_LONG("agents cut from the master, longer than the lease", true);

  private final String words;
  private final boolean wantsRoot;

  Fault(String words) {
    this(words, false);
  }

  Fault(String words, boolean wantsRoot) {
    this.words = words;
    this.wantsRoot = wantsRoot;
  }

  String words() {
    return words;
  }

  boolean wantsRoot() {
    return wantsRoot;
  }

  /** What the command line calls it. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** It is about the agents' lease, which is short, then. */
  boolean triesLease() {
    return this == AGENT_STOPPED || isCut();
  }

  private boolean isCut() {
    return this == CUT_SHORT || this == CUT_LONG;
  }

  /** Hosts may train on for longer than a lease while nobody hears of them. */
  boolean outlastsLease() {
    return this == AGENT_STOPPED || this == CUT_LONG;
  }

  /** The job can't but notice. */
  boolean costsAnAttempt() {
    return switch (this) {
      case ALGORITHM_KILLED, AGENT_KILLED, NODE_STOPPED, PREEMPTED, AGENT_STOPPED -> true;
      default -> false;
    };
  }

  boolean isOfS3() {
    return this == S3_REFUSES || this == S3_DAWDLES || this == S3_RESETS || this == S3_TRUNCATES;
  }

  /** Both at once would be one of another kind: only one thing can be wrong with S3 or the net. */
  boolean excludes(Fault other) {
    return this == other || (isOfS3() && other.isOfS3()) || (isCut() && other.isCut());
  }
}
