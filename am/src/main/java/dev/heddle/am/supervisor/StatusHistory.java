package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The secondary statuses a job has gone through, and the primary status that follows from them. */
final class StatusHistory {
  private final List<Transition> transitions = new ArrayList<>();
  private TrainingJobStatus status = TrainingJobStatus.IN_PROGRESS;

  StatusHistory(Instant created) {
    transitions.add(new Transition(SecondaryStatus.STARTING, created, "Starting the training job"));
  }

  /** Whether anything changed. Re-entering the current status changes nothing. */
  boolean enter(Instant now, SecondaryStatus next, String message, Optional<Verdict> verdict) {
    if (next == secondary() || status.isTerminal()) {
      return false;
    }
    transitions.add(new Transition(next, now, message));
    boolean endsStopped =
        verdict.map(v -> v.status().primary() == TrainingJobStatus.STOPPED).orElse(false);
    // Once a job is being stopped it stays Stopping, whatever is still done for it.
    status =
        endsStopped && !next.primary().isTerminal() ? TrainingJobStatus.STOPPING : next.primary();
    return true;
  }

  TrainingJobStatus status() {
    return status;
  }

  SecondaryStatus secondary() {
    return transitions.get(transitions.size() - 1).status();
  }

  List<Transition> transitions() {
    return transitions;
  }
}
