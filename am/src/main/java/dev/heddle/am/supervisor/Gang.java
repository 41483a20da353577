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
 * wait, asked for again, so that two half-served jobs can't hold each other's hosts for ever. That
 * holds for the replacement of lost ones, too.
 */
final class Gang {
  private final JobPlan plan;
  private final SplittableRandom random;
  private final Map<String, Event.Allocation> held = new LinkedHashMap<>();
  // Asked for and not allocated yet.
  private int asked;
  private Instant releaseAt = Instant.MAX;
  private Instant askAt = Instant.MAX;

  Gang(JobPlan plan, long seed) {
    this.plan = plan;
    this.random = new SplittableRandom(seed);
  }

  /** Asks for all that is missing. */
  List<Action> ask(Instant now) {
    askAt = Instant.MAX;
    int missing = plan.hosts() - held.size() - asked;
    if (missing <= 0) {
      return List.of();
    }
    asked += missing;
    awaitRest(now);
    return List.of(new Action.RequestHosts(missing));
  }

  /** Keeps what is wanted, gives back the rest. */
  List<Action> take(Instant now, List<Event.Allocation> allocations) {
    List<Action> actions = new ArrayList<>();
    for (Event.Allocation allocation : allocations) {
      if (asked > 0 && held.size() < plan.hosts()) {
        held.put(allocation.id(), allocation);
        asked--;
      } else {
        actions.add(new Action.Release(allocation.id()));
      }
    }
    if (complete()) {
      asked = 0;
      releaseAt = Instant.MAX;
      actions.add(new Action.CancelRequests());
    } else {
      awaitRest(now);
    }
    return actions;
  }

  /**
   * An allocation has ended: another one is asked for.
   *
   * @param wait before it is asked for
   */
  List<Action> lost(Instant now, String allocation, Duration wait) {
    if (held.remove(allocation) == null) {
      return List.of();
    }
    if (held.isEmpty()) {
      releaseAt = Instant.MAX;
    }
    if (!wait.isZero()) {
      Instant then = now.plus(wait);
      askAt = askAt.equals(Instant.MAX) || askAt.isBefore(then) ? then : askAt;
      return List.of();
    }
    return askAt.equals(Instant.MAX) ? ask(now) : List.of();
  }

  /** What was asked for and has not come will never come. */
  void requestsAreForgotten() {
    asked = 0;
  }

  /** Asks for what is missing, unless it is to be asked for later. */
  List<Action> askIfMissing(Instant now) {
    return askAt.equals(Instant.MAX) ? ask(now) : List.of();
  }

  /** What is missing may be missing for a whole timeout from now on. */
  void begin(Instant now) {
    releaseAt = Instant.MAX;
    if (asked > 0) {
      awaitRest(now);
    }
  }

  private void awaitRest(Instant now) {
    if (!held.isEmpty() && releaseAt.equals(Instant.MAX)) {
      releaseAt = now.plus(plan.gangTimeout());
    }
  }

  /** Nothing more is wanted: gives back what was to replace lost ones, but not the hosts. */
  List<Action> abandon(Collection<String> hosts) {
    if (complete()) {
      return List.of();
    }
    held.keySet().removeAll(hosts);
    return giveUp();
  }

  /** Asks again where it is time to. */
  List<Action> askWhenDue(Instant now) {
    return now.isBefore(askAt) ? List.of() : ask(now);
  }

  /** Gives a partial allocation back when it is time to; the message then. */
  Optional<String> releaseWhenDue(Instant now, List<Action> actions) {
    if (now.isBefore(releaseAt)) {
      return Optional.empty();
    }
    int had = held.size();
    actions.addAll(giveUp());
    long span = plan.backoffMax().minus(plan.backoffMin()).toMillis();
    Duration wait = plan.backoffMin().plusMillis(span <= 0 ? 0 : random.nextLong(span + 1));
    askAt = now.plus(wait);
    return Optional.of(
        String.format(
            "only %d of %d hosts were allocated within %d s: gave them back, asking again in %d s",
            had, plan.hosts(), plan.gangTimeout().toSeconds(), wait.toSeconds()));
  }

  /** Takes requests back and gives held allocations back. */
  List<Action> giveUp() {
    List<Action> actions = new ArrayList<>();
    if (asked > 0) {
      actions.add(new Action.CancelRequests());
    }
    if (!complete()) {
      held.keySet().forEach(id -> actions.add(new Action.Release(id)));
      held.clear();
    }
    asked = 0;
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

  /**
   * @param releasing whether a partial allocation is to be given back in time
   */
  Instant deadline(boolean releasing) {
    return releasing && releaseAt.isBefore(askAt) ? releaseAt : askAt;
  }
}
