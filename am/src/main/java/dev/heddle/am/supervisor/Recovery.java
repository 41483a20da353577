package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What follows when a host fails: another host, another attempt, or the job's end. */
final class Recovery {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Longer than this between two heartbeats is odd. */
  static final Duration SILENCE = Duration.ofSeconds(3);

  /**
   * That is what the ResourceManager says; the NodeManager, which can't be asked, ends it later, or
   * not at all.
   */
  private static final Set<AllocationEnd.Cause> IT_MAY_RUN_ON =
      Set.of(
          AllocationEnd.Cause.NODE_LOST,
          AllocationEnd.Cause.MASTERLESS,
          AllocationEnd.Cause.PREEMPTED,
          AllocationEnd.Cause.KILLED);

  /** An algorithm's failure that another host's may explain. */
  private record Unsettled(Host host, Failure failure, Instant until) {}

  private final JobPlan plan;
  private final Course course;
  private final HostTable hosts;
  private final Gang gang;
  private final Relaunches relaunches;
  private final Ending ending;
  private final Fence fence;
  private Optional<Unsettled> unsettled = Optional.empty();

  Recovery(
      JobPlan plan,
      Course course,
      HostTable hosts,
      Gang gang,
      Relaunches relaunches,
      Ending ending,
      Fence fence) {
    this.plan = plan;
    this.course = course;
    this.hosts = hosts;
    this.gang = gang;
    this.relaunches = relaunches;
    this.ending = ending;
    this.fence = fence;
  }

  Instant nextDeadline() {
    return course.is(Phase.TRAINING)
        ? unsettled.map(Unsettled::until).orElse(Instant.MAX)
        : Instant.MAX;
  }

  /** When a host that is gone is waited for no longer. */
  Instant fenceDeadline() {
    return fence.deadline();
  }

  /** A report of no host of the job: perhaps one that is gone has ended. */
  void strangerReported(Instant now, AgentReport report) {
    if (fence.ended(report)) {
      goOn(now);
    }
  }

  /** The end of an allocation that is no host's any more. */
  void strangerEnded(Instant now, String allocation, AllocationEnd end) {
    if (!IT_MAY_RUN_ON.contains(end.cause()) && fence.ended(allocation)) {
      goOn(now);
    }
  }

  /** Goes on with what waits until all have ended that are gone, if they have. */
  void goOn(Instant now) {
    if (!fence.isDown(now)) {
      return;
    }
    if (course.is(Phase.HALTING)) {
      prepareIfQuiet(now);
    } else if (course.phase().gathers() && gang.complete()) {
      course.act(relaunches.list());
    }
  }

  /** A host's algorithm runs no more, or will never run; it may still save. */
  void algorithmEnded(Instant now, Host host, AgentReport report) {
    if (!course.is(Phase.PREPARING) && !course.is(Phase.TRAINING) && !isAhead(host)) {
      return;
    }
    Optional<Failure> failure = Failures.of(plan, host, report);
    if (failure.isPresent() && mayBeExplained(failure.get())) {
      if (unsettled.isEmpty()) {
        unsettled = Optional.of(new Unsettled(host, failure.get(), now.plus(plan.settle())));
      }
    } else if (failure.isPresent()) {
      fail(now, host, failure.get());
    }
  }

  /** Whether it prepares for the next attempt while others still end the last one. */
  private boolean isAhead(Host host) {
    return course.is(Phase.HALTING) && host.attempt() == relaunches.attempt();
  }

  /**
   * An algorithm that has lost a peer fails by itself, and that is heard of sooner than the loss.
   */
  private boolean mayBeExplained(Failure failure) {
    return course.is(Phase.TRAINING)
        && failure.cause() == FailureCause.ALGORITHM_ERROR
        && plan.policy().kind() == FaultPolicy.Kind.JOB
        && plan.hosts() > 1
        && !plan.settle().isZero()
        && relaunches.allows(FailureCause.PLATFORM_ERROR);
  }

  /** Nothing has explained it in time, and everybody was heard of: it is the algorithm's own. */
  void settleIfDue(Instant now) {
    if (unsettled.isEmpty() || !course.is(Phase.TRAINING)) {
      return;
    }
    Unsettled own = unsettled.get();
    if (!hosts.allQuiet() && now.isBefore(own.until())) {
      return;
    }
    if (!hosts.allQuiet() && hosts.anyAlive(h -> h.silence(now).compareTo(SILENCE) > 0)) {
      unsettled = Optional.of(new Unsettled(own.host(), own.failure(), now.plus(LOOK_AGAIN)));
      return;
    }
    fail(now, own.host(), own.failure());
  }

  /** All algorithms have ended, and well. */
  void completeIfQuiet(Instant now) {
    if (course.is(Phase.TRAINING) && gang.complete() && hosts.allQuiet() && unsettled.isEmpty()) {
      course.decide(Verdict.completed());
      ending.upload(now);
    }
  }

  /** A host's allocation has ended, or is given up. */
  void lost(Instant now, Host host, AllocationEnd end) {
    if (IT_MAY_RUN_ON.contains(end.cause())) {
      // Where it still calls, it must end.
      sendAway(now, host, false);
    }
    switch (course.phase()) {
      case PREPARING, TRAINING, HALTING -> {
        if (end.cause() == AllocationEnd.Cause.UNPLACED
            || end.cause() == AllocationEnd.Cause.OUTDATED
            || (end.cause() == AllocationEnd.Cause.MASTERLESS && !host.joined())) {
          course.note(now, host.name + " " + end.describe() + ": asking for another node");
          replace(now, host, Duration.ZERO);
          prepareIfQuiet(now);
          return;
        }
        hosts.end(host);
        course.note(now, host.name + " " + end.describe());
        fail(now, host, Failures.of(host, end));
      }
      case UPLOADING -> lostWithShare(now, host, end);
      case ENDING, LEAVING -> ending.lost(now, host, end);
      default -> {}
    }
  }

  /**
   * @param held whether its allocation is still the job's
   */
  private void sendAway(Instant now, Host host, boolean held) {
    long order = host.nextOrder();
    course.act(new Action.Give(host.allocation.id(), new Order.Leave(order)));
    if (host.started()) {
      fence.leaves(now, host, order, plan.lease().plus(Supervisor.LEASE_MARGIN), held);
    } else if (held) {
      course.act(new Action.Release(host.allocation.id()));
    }
  }

  /** While models go up; a host whose share is in S3 is missed by nobody. */
  private void lostWithShare(Instant now, Host host, AllocationEnd end) {
    Failure failure = Failures.of(host, end);
    if (!ending.needs(host) || failure.cause().blame() != Fault.Blame.PLATFORM) {
      ending.lost(now, host, end);
      return;
    }
    hosts.end(host);
    if (plan.policy().tolerates(missing(host), plan.hosts()) && ending.uploadWithoutLost(now)) {
      noteTolerated(now, host, failure);
    } else if (ending.mayTakeBack(now) && relaunches.allows(failure.cause())) {
      course.note(now, host.name + " " + end.describe() + " before its model was in S3");
      ending.takeBack();
      fail(now, host, failure);
    } else {
      ending.lost(now, host, end);
    }
  }

  /** A host has failed: what follows depends on the cause, the policy, and what is left. */
  private void fail(Instant now, Host host, Failure failure) {
    unsettled = Optional.empty();
    if (course.is(Phase.HALTING) && !isAhead(host)) {
      // The attempt has failed already; its end costs once.
      replace(now, host, Duration.ZERO);
      prepareIfQuiet(now);
      return;
    }
    if (course.is(Phase.TRAINING)
        && failure.cause().blame() == Fault.Blame.PLATFORM
        && plan.policy().tolerates(missing(host), plan.hosts())) {
      goOnWithout(now, host, failure);
      return;
    }
    if (!relaunches.allows(failure.cause())) {
      relaunches.end(now, failure);
      String more = relaunches.exhausted(failure.cause());
      ending.end(now, Verdict.failed(Reasons.with(failure.reason(), more)));
      return;
    }
    Duration wait = relaunches.spend(failure.cause());
    Duration avoidance = relaunches.avoidance(failure);
    if (!avoidance.isZero()) {
      course.act(new Action.Avoid(failure.node(), avoidance));
    }
    if (course.is(Phase.PREPARING) || course.is(Phase.HALTING)) {
      course.note(now, host.name + ": " + failure.cause().sentence() + ": asking for another host");
      replace(now, host, wait);
    } else {
      relaunch(now, host, failure, wait);
    }
  }

  /** Another allocation takes the host's place and name. */
  private void replace(Instant now, Host host, Duration wait) {
    if (host.alive()) {
      course.act(new Action.Release(host.allocation.id()));
    }
    hosts.remove(host);
    course.act(gang.lost(now, host.allocation.id(), wait));
  }

  /** The same for one whose algorithm has ended: first it may bring what it has saved to S3. */
  private void replaceSaving(Instant now, Host host, Duration wait) {
    if (host.alive() && !host.quiet()) {
      long order = host.nextOrder();
      course.act(new Action.Give(host.allocation.id(), new Order.Halt(order, plan.restartGrace())));
      fence.saves(host, order, now.plus(haltPatience()));
      hosts.remove(host);
      course.act(gang.lost(now, host.allocation.id(), wait));
    } else {
      replace(now, host, wait);
    }
  }

  private Duration haltPatience() {
    return plan.restartGrace().plus(plan.flushPatience()).plus(Ending.STOP_MARGIN);
  }

  private int missing(Host failed) {
    return hosts.ended().size() + (failed.alive() ? 1 : 0);
  }

  private void goOnWithout(Instant now, Host host, Failure failure) {
    if (host.alive()) {
      hosts.end(host);
      course.act(new Action.Release(host.allocation.id()));
    }
    noteTolerated(now, host, failure);
    if (hosts.noneAlive()) {
      ending.end(now, Verdict.failed(failure.reason()));
    } else {
      completeIfQuiet(now);
    }
  }

  private void noteTolerated(Instant now, Host host, Failure failure) {
    course.note(
        now,
        host.name + ": " + failure.cause().sentence() + ": the job goes on without it (tolerated)");
    course.act(new Action.KeepRecord());
  }

  /** The attempt is over; the next one begins once the other hosts have saved what they have. */
  private void relaunch(Instant now, Host failed, Failure failure, Duration wait) {
    relaunches.next(now, failure);
    String message =
        "attempt "
            + relaunches.attempt()
            + " follows, because of "
            + failed.name
            + ": "
            + failure.cause().sentence();
    course.note(now, message);
    if (plan.policy().kind() == FaultPolicy.Kind.HOST && course.is(Phase.TRAINING)) {
      relaunchAlone(now, failed, failure, wait);
      course.act(new Action.KeepRecord());
      return;
    }
    course.go(Phase.HALTING, now.plus(haltPatience()));
    course.enter(now, SecondaryStatus.RESTARTING, "Restarting the training job: " + message);
    for (Host lost : hosts.ended()) {
      replace(now, lost, wait);
    }
    if (failed.alive() && failure.cause().nodeSuspect()) {
      replaceSaving(now, failed, wait);
    }
    for (Host host : hosts.loud()) {
      course.act(
          new Action.Give(
              host.allocation.id(), new Order.Halt(host.nextOrder(), plan.restartGrace())));
    }
    prepareIfQuiet(now);
  }

  private void relaunchAlone(Instant now, Host host, Failure failure, Duration wait) {
    if (host.alive() && !failure.cause().nodeSuspect()) {
      course.act(relaunches.list());
      again(host);
    } else {
      replaceSaving(now, host, wait);
    }
  }

  /** The others have stopped and saved: all go over to the new attempt. */
  void prepareIfQuiet(Instant now) {
    int attempt = relaunches.attempt();
    if (!course.is(Phase.HALTING) || !fence.isDown(now)) {
      return;
    }
    if (hosts.anyAlive(h -> h.attempt() < attempt && !h.quiet())) {
      return;
    }
    course.go(Phase.PREPARING);
    gang.begin(now);
    course.act(relaunches.list());
    hosts.alive().stream().filter(h -> h.attempt() < attempt).forEach(this::again);
  }

  private void again(Host host) {
    hosts.enter(host, relaunches.attempt());
    course.act(new Action.Renew(host.allocation.id()));
    course.act(relaunches.prepare(host));
  }

  /** Hosts that have not halted in time are given up. */
  void giveUpLoud(Instant now) {
    if (course.is(Phase.HALTING)) {
      // It need not come again; lost hosts may still be waited for.
      course.go(Phase.HALTING);
    }
    for (Host host : hosts.loud()) {
      boolean ending = course.is(Phase.ENDING);
      if (ending || host.attempt() < relaunches.attempt()) {
        if (ending) {
          course.act(new Action.Release(host.allocation.id()));
        } else {
          sendAway(now, host, true);
        }
        lost(now, host, new AllocationEnd(AllocationEnd.Cause.RELEASED, 0, "did not stop"));
      }
    }
  }
}
