package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What can be told of a job.
 *
 * @param failureReason empty unless it failed
 * @param trainingStart when the hosts were complete
 * @param trainingEnd when the last algorithm had ended
 * @param modelUploaded whether there was a model and it is in S3
 * @param notes what happened on the way, for people, oldest first
 */
public record JobView(
    TrainingJobStatus status,
    SecondaryStatus secondary,
    int attempt,
    List<Transition> transitions,
    String failureReason,
    Optional<Instant> trainingStart,
    Optional<Instant> trainingEnd,
    boolean modelUploaded,
    List<String> notes,
    List<HostView> hosts) {
  public JobView {
    transitions = List.copyOf(transitions);
    notes = List.copyOf(notes);
    hosts = List.copyOf(hosts);
  }
}
