package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hosts that the job has lost, or has given up, and that are not known to have ended. Until they
 * have, they may bring their checkpoints to S3, and what the next attempt starts from must not be
 * listed. Allocations that the job gives up itself are given back only then: at once, the
 * ResourceManager would call them ended, and the NodeManager end them later.
 */
final class Fence {
  /** An agent that is heard is told to leave, kills its algorithm and says farewell. */
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(5);

  private final Course course;
  private final Map<String, Beyond> beyond = new LinkedHashMap<>();

  /**
   * A host that is lost, or given up.
   *
   * @param order the number of its last order
   * @param until when it has ended for certain, by itself, or is waited for no longer
   * @param held whether its allocation is still the job's
   */
  private record Beyond(long order, Instant until, boolean held) {}

  Fence(Course course) {
    this.course = course;
  }

  /**
   * A host that was told to leave.
   *
   * @param order the number of that order
   * @param lease how long it goes on at most after it was last heard of, with a margin
   * @param held whether its allocation is still the job's, to be given back
   */
  void leaves(Instant now, Host host, long order, Duration lease, boolean held) {
    boolean heard = host.silence(now).compareTo(Recovery.SILENCE) <= 0;
    Instant until = heard ? now.plus(LEAVE_PATIENCE) : host.lastHeard().plus(lease);
    beyond.put(host.allocation.id(), new Beyond(order, until, held));
  }

  /**
   * A host that the job gives up once it has saved.
   *
   * @param order the number of the order to halt that it was given
   */
  void saves(Host host, long order, Instant until) {
    beyond.put(host.allocation.id(), new Beyond(order, until, true));
  }

  /** Whether it was one of them that has done as it was told. */
  boolean ended(AgentReport report) {
    Beyond host = beyond.get(report.containerId());
    if (host == null || report.orderDone() < host.order()) {
      return false;
    }
    remove(report.containerId());
    return true;
  }

  /** Its container has ended for certain; whether it was one of them. */
  boolean ended(String allocation) {
    return beyond.remove(allocation) != null;
  }

  /** Whether nobody is beyond it any more. */
  boolean isDown(Instant now) {
    for (Map.Entry<String, Beyond> host : List.copyOf(beyond.entrySet())) {
      if (!now.isBefore(host.getValue().until())) {
        remove(host.getKey());
      }
    }
    return beyond.isEmpty();
  }

  /** Nothing waits for them any more. */
  void giveUp() {
    List.copyOf(beyond.keySet()).forEach(this::remove);
  }

  private void remove(String allocation) {
    if (beyond.remove(allocation).held()) {
      course.act(new Action.Release(allocation));
    }
  }

  /** When the next one is waited for no longer; {@link Instant#MAX} when there is none. */
  Instant deadline() {
    return beyond.values().stream()
        .map(Beyond::until)
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }
}
