package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;

/**
 * How a job will end.
 *
 * @param reason the FailureReason; empty unless failed
 */
record Verdict(SecondaryStatus status, String reason) {

  static Verdict completed() {
    return new Verdict(SecondaryStatus.COMPLETED, "");
  }

  static Verdict failed(String reason) {
    return new Verdict(SecondaryStatus.FAILED, reason);
  }

  static Verdict stopped(SecondaryStatus why) {
    return new Verdict(why, "");
  }

  /** The message of the last transition. */
  String message() {
    return switch (status) {
      case COMPLETED -> "Training job completed";
      case MAX_RUNTIME_EXCEEDED -> "Training job stopped: it reached MaxRuntimeInSeconds";
      case STOPPED -> "Training job stopped";
      default -> reason;
    };
  }
}
