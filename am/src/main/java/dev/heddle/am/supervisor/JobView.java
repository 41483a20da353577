package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobStatus;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What can be told of a job.
 *
 * @param attempts all there were, the current one last
 * @param addresses of the hosts, where some have moved since the algorithms were started; else
 *     empty
 * @param failureReason empty unless it failed
 * @param trainingStart when the hosts were complete
 * @param trainingEnd when the last algorithm had ended
 * @param modelUploaded whether there was a model and it is in S3
 * @param notes what happened on the way, for people, oldest first
 */
public record JobView(
    TrainingJobStatus status,
    SecondaryStatus secondary,
    List<Attempt> attempts,
    List<Order.HostAddress> addresses,
    List<Transition> transitions,
    String failureReason,
    Optional<Instant> trainingStart,
    Optional<Instant> trainingEnd,
    boolean modelUploaded,
    List<String> notes,
    List<HostView> hosts) {
  public JobView {
    attempts = List.copyOf(attempts);
    addresses = HostList.of(addresses);
    transitions = List.copyOf(transitions);
    notes = List.copyOf(notes);
    hosts = List.copyOf(hosts);
  }

  /** The current attempt's number, from 1. */
  public int attempt() {
    return attempts.size();
  }
}
