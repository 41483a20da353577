package dev.heddle.am.supervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Gathers the job's hosts, all or nothing: what stays partial is given back and, after a random
 * wait, asked for again, so that two half-served jobs can't hold each other's hosts for ever.
 */
final class Gang {
  private final JobPlan plan;
  private final SplittableRandom random;
  private final Map<String, Event.Allocation> held = new LinkedHashMap<>();
  private boolean asking;
  private Instant releaseAt = Instant.MAX;
  private Instant askAt = Instant.MAX;

  Gang(JobPlan plan, long seed) {
    this.plan = plan;
    this.random = new SplittableRandom(seed);
  }

  List<Action> ask(Instant now) {
    asking = true;
    askAt = Instant.MAX;
    return List.of(new Action.RequestHosts(plan.hosts()));
  }

  /** Keeps what is wanted, gives back the rest. */
  List<Action> take(Instant now, List<Event.Allocation> allocations) {
    List<Action> actions = new ArrayList<>();
    for (Event.Allocation allocation : allocations) {
      if (asking && held.size() < plan.hosts()) {
        held.put(allocation.id(), allocation);
      } else {
        actions.add(new Action.Release(allocation.id()));
      }
    }
    if (complete()) {
      asking = false;
      releaseAt = Instant.MAX;
      actions.add(new Action.CancelRequests());
    } else if (!held.isEmpty() && releaseAt.equals(Instant.MAX)) {
      releaseAt = now.plus(plan.gangTimeout());
    }
    return actions;
  }

  /** An allocation ended before its host had begun: another one is asked for. */
  List<Action> lost(Instant now, String allocation) {
    boolean wasComplete = complete();
    if (held.remove(allocation) == null) {
      return List.of();
    }
    if (wasComplete) {
      asking = true;
    }
    if (held.isEmpty()) {
      releaseAt = Instant.MAX;
    } else if (asking && releaseAt.equals(Instant.MAX)) {
      releaseAt = now.plus(plan.gangTimeout());
    }
    return asking ? List.of(new Action.RequestHosts(1)) : List.of();
  }

  /** Nothing more is wanted: gives back what was to replace lost ones, but not the hosts. */
  List<Action> abandon(Collection<String> hosts) {
    if (complete()) {
      return List.of();
    }
    held.keySet().removeAll(hosts);
    return giveUp();
  }

  /** What the time asks for; the message when a partial allocation was given back. */
  Optional<String> tick(Instant now, List<Action> actions) {
    if (!now.isBefore(releaseAt)) {
      int had = held.size();
      actions.addAll(giveUp());
      long span = plan.backoffMax().minus(plan.backoffMin()).toMillis();
      Duration wait = plan.backoffMin().plusMillis(span <= 0 ? 0 : random.nextLong(span + 1));
      askAt = now.plus(wait);
      return Optional.of(
          String.format(
              "only %d of %d hosts were allocated within %d s: gave them back, asking again in %d"
                  + " s",
              had, plan.hosts(), plan.gangTimeout().toSeconds(), wait.toSeconds()));
    }
    if (!now.isBefore(askAt)) {
      actions.addAll(ask(now));
    }
    return Optional.empty();
  }

  /** Takes requests back and gives held allocations back. */
  List<Action> giveUp() {
    List<Action> actions = new ArrayList<>();
    if (asking) {
      actions.add(new Action.CancelRequests());
    }
    if (!complete()) {
      held.keySet().forEach(id -> actions.add(new Action.Release(id)));
      held.clear();
    }
    asking = false;
    releaseAt = Instant.MAX;
    askAt = Instant.MAX;
    return actions;
  }

  boolean complete() {
    return held.size() == plan.hosts();
  }

  Collection<Event.Allocation> held() {
    return held.values();
  }

  Instant deadline() {
    return releaseAt.isBefore(askAt) ? releaseAt : askAt;
  }
}
