package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The job's attempts, what their relaunches have cost, and which nodes had a part in it. */
final class Relaunches {
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final Duration FIRST_AVOIDANCE = Duration.ofMinutes(1);
  private static final Duration LONGEST_AVOIDANCE = Duration.ofHours(1);

  private final JobPlan plan;
  private final List<Attempt> attempts = new ArrayList<>();
  private final Map<String, Integer> failuresOfNode = new HashMap<>();
  private int platform;
  private int algorithm;
  private int preemptions;
  private int listed;

  Relaunches(JobPlan plan) {
    this.plan = plan;
    attempts.add(Attempt.begun(1));
  }

  /** The current attempt's number. */
  int attempt() {
    return attempts.size();
  }

  List<Attempt> all() {
    return attempts;
  }

  void started(Instant now) {
    replace(last().started(now));
  }

  void ended(Instant now) {
    replace(last().ended(now));
  }

  /** What makes a host ready for the current attempt. */
  Action prepare(Host host) {
    return new Action.Give(host.allocation.id(), new Order.Prepare(host.nextOrder(), attempt()));
  }

  /** Has the checkpoints listed, once for each attempt. */
  List<Action> list() {
    if (!plan.checkpoints() || listed >= attempt()) {
      return List.of();
    }
    listed = attempt();
    return List.of(new Action.ListCheckpoints(listed));
  }

  /** Whether the job may go on after it. */
  boolean allows(FailureCause cause) {
    return switch (cause.budget()) {
      case ALGORITHM -> algorithm < plan.algorithmAttempts();
      case PLATFORM -> platform < plan.platformAttempts();
      case PREEMPTION -> true;
      case NONE -> false;
    };
  }

  /** Counts it; how long to wait before asking for another host. */
  Duration spend(FailureCause cause) {
    switch (cause.budget()) {
      case ALGORITHM -> algorithm++;
      case PLATFORM -> platform++;
      default -> preemptions++;
    }
    return cause.budget() == FailureCause.Budget.PREEMPTION
        ? doubled(FIRST_WAIT, preemptions - 1, LONGEST_WAIT)
        : Duration.ZERO;
  }

  /** The current attempt has ended by it, and the next begins. */
  void next(Instant now, Failure failure) {
    replace(last().endedBy(now, failure));
    attempts.add(Attempt.begun(attempts.size() + 1));
  }

  /** The last attempt has ended by it. */
  void end(Instant now, Failure failure) {
    replace(last().endedBy(now, failure));
  }

  /** For how long to avoid a node that has failed once more; nothing when it had no part. */
  Duration avoidance(Failure failure) {
    if (!failure.cause().nodeSuspect() || failure.node().isEmpty()) {
      return Duration.ZERO;
    }
    int failures = failuresOfNode.merge(failure.node(), 1, Integer::sum);
    return doubled(FIRST_AVOIDANCE, failures - 1, LONGEST_AVOIDANCE);
  }

  /** What to add to the reason of a job that has no relaunch left; empty when it never had one. */
  String exhausted(FailureCause cause) {
    int spent = cause.budget() == FailureCause.Budget.ALGORITHM ? algorithm : platform;
    return spent == 0 || cause.budget() == FailureCause.Budget.NONE
        ? ""
        : spent == 1
            ? "There was one relaunch before."
            : "There were " + spent + " relaunches before.";
  }

  private static Duration doubled(Duration first, int times, Duration most) {
    Duration wait = first.multipliedBy(1L << Math.min(times, 20));
    return wait.compareTo(most) < 0 ? wait : most;
  }

  private Attempt last() {
    return attempts.get(attempts.size() - 1);
  }

  private void replace(Attempt attempt) {
    attempts.set(attempts.size() - 1, attempt);
  }
}
