package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * Hosts that the job has lost and that are not known to have ended. Until they have, they may bring
 * their checkpoints to S3, and what the next attempt starts from must not be listed.
 */
final class Fence {
  /** An agent that is heard is told to leave, kills its algorithm and says farewell. */
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(5);

  private final Map<String, Beyond> beyond = new HashMap<>();

  /**
   * A host that is lost.
   *
   * @param order the number of the order to leave
   * @param until when it has ended for certain, by itself
   */
  private record Beyond(long order, Instant until) {}

  /**
   * @param order the number of the order to leave that it was given
   * @param lease how long it goes on at most after it was last heard of, with a margin
   */
  void raise(Instant now, Host host, long order, Duration lease) {
    boolean heard = host.silence(now).compareTo(Recovery.SILENCE) <= 0;
    Instant until = heard ? now.plus(LEAVE_PATIENCE) : host.lastHeard().plus(lease);
    beyond.put(host.allocation.id(), new Beyond(order, until));
  }

  /** Whether it was one of them that has done with leaving. */
  boolean left(AgentReport report) {
    Beyond host = beyond.get(report.containerId());
    return host != null
        && report.orderDone() >= host.order()
        && beyond.remove(report.containerId()) != null;
  }

  /** The allocation's end is known; whether it was one of them. */
  boolean ended(String allocation) {
    return beyond.remove(allocation) != null;
  }

  /** Whether nobody is beyond it any more. */
  boolean isDown(Instant now) {
    beyond.values().removeIf(host -> !now.isBefore(host.until()));
    return beyond.isEmpty();
  }

  /** When the next one has ended for certain; {@link Instant#MAX} when there is none. */
  Instant deadline() {
    return beyond.values().stream()
        .map(Beyond::until)
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }
}
