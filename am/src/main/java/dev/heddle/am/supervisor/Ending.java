package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The job from its verdict on: what runs is stopped, what it left goes to S3, the agents leave. */
final class Ending {
  /** After a KILL, until an algorithm must have ended. */
  static final Duration STOP_MARGIN = Duration.ofSeconds(30);

  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);

  private final JobPlan plan;
  private final Course course;
  private final HostTable hosts;
  private final Gang gang;
  private final Relaunches relaunches;
  private final Fence fence;
  private Optional<ArtifactMerge> merge = Optional.empty();
  private int merges;
  private boolean stopWanted;
  private boolean modelUploaded;

  Ending(
      JobPlan plan, Course course, HostTable hosts, Gang gang, Relaunches relaunches, Fence fence) {
    this.plan = plan;
    this.course = course;
    this.hosts = hosts;
    this.gang = gang;
    this.relaunches = relaunches;
    this.fence = fence;
  }

  /** Whether there was a model and it is in S3. */
  boolean modelUploaded() {
    return modelUploaded;
  }

  /** The user wants the job stopped. */
  void stopRequested(Instant now) {
    stopWanted = true;
    if (course.is(Phase.CONNECTING) || course.phase().gathers()) {
      stop(now, "Stopping the training job", SecondaryStatus.STOPPED);
    }
  }

  void runIsOver(Instant now) {
    course.stopClock();
    stop(now, "Stopping: the time limit is reached", SecondaryStatus.MAX_RUNTIME_EXCEEDED);
  }

  private void stop(Instant now, String message, SecondaryStatus why) {
    course.enter(now, SecondaryStatus.STOPPING, message);
    if (course.is(Phase.CONNECTING) || course.is(Phase.GATHERING)) {
      course.decide(Verdict.stopped(why));
      leave(now);
    } else {
      end(now, Verdict.stopped(why));
    }
  }

  void clusterLost(Instant now, String why) {
    course.decide(
        Verdict.failed(Reasons.platform("the cluster ended the ApplicationMaster: " + why)));
    merge.flatMap(ArtifactMerge::abort).ifPresent(course::act);
    leave(now);
    finish();
  }

  /** The verdict is there: stop what runs, then upload what it left. */
  void end(Instant now, Verdict itsEnd) {
    course.decide(itsEnd);
    course.stopClock();
    course.act(gang.abandon(hosts.alive().stream().map(h -> h.allocation.id()).toList()));
    course.go(
        Phase.ENDING,
        now.plus(plan.stopGrace())
            .plus(plan.checkpoints() ? plan.flushPatience() : Duration.ZERO)
            .plus(STOP_MARGIN));
    for (Host host : hosts.loud()) {
      course.act(
          new Action.Give(
              host.allocation.id(), new Order.Stop(host.nextOrder(), plan.stopGrace())));
    }
    endIfQuiet(now);
  }

  void endIfQuiet(Instant now) {
    if (course.is(Phase.ENDING) && hosts.allQuiet()) {
      upload(now);
    }
  }

  /** No algorithm runs any more. */
  void upload(Instant now) {
    course.endTraining(now);
    relaunches.ended(now);
    ArtifactMerge itsMerge;
    try {
      itsMerge = mergeOfAlive();
    } catch (IllegalArgumentException e) {
      failUpload(now, "", new Fault(Fault.Blame.CLIENT, e.getMessage()));
      return;
    }
    if (itsMerge.isEmpty()) {
      leave(now);
    } else {
      upload(now, itsMerge);
    }
  }

  private ArtifactMerge mergeOfAlive() {
    List<Host> left = hosts.alive().stream().filter(h -> h.exit().isPresent()).toList();
    return new ArtifactMerge(++merges, plan, left);
  }

  private void upload(Instant now, ArtifactMerge itsMerge) {
    merge = Optional.of(itsMerge);
    course.go(Phase.UPLOADING, now.plus(plan.uploadTimeout()));
    course.enter(now, SecondaryStatus.UPLOADING, "Uploading generated training model");
    course.act(itsMerge.begin());
  }

  /**
   * While models go up: begins anew, of a completed job, with the hosts that are left.
   *
   * @return false, with nothing done, where an archive would have nothing in it then
   */
  boolean uploadWithoutLost(Instant now) {
    ArtifactMerge current = merge.orElseThrow();
    ArtifactMerge rest = mergeOfAlive();
    if (!hasCompleted() || rest.lacksSomethingOf(current)) {
      return false;
    }
    current.abort().ifPresent(course::act);
    upload(now, rest);
    return true;
  }

  private boolean hasCompleted() {
    return course.verdict().status() == SecondaryStatus.COMPLETED;
  }

  /** While models go up: whether algorithms may run again instead. */
  boolean mayTakeBack(Instant now) {
    return hasCompleted() && !stopWanted && course.hasTimeLeft(now);
  }

  /** Algorithms run again: what was decided is void, and what is in S3 of the model goes. */
  void takeBack() {
    merge.flatMap(ArtifactMerge::abort).ifPresent(course::act);
    merge = Optional.empty();
    course.takeBack();
  }

  /** Nobody may wait for them any more: then they are given up at once. */
  void uploadsOpened(int number, Map<String, String> uploadIds) {
    if (goesOn(number)) {
      course.act(merge.orElseThrow().opened(uploadIds));
    } else {
      course.act(ArtifactMerge.abort(plan, uploadIds));
    }
  }

  private boolean goesOn(int number) {
    return course.is(Phase.UPLOADING) && merge.orElseThrow().number() == number;
  }

  /** While models go up. */
  void reported(Instant now, Host host, AgentReport report) {
    ArtifactMerge itsMerge = merge.orElseThrow();
    if (!itsMerge.isAnsweredBy(host, report)) {
      return; // what it tells of a transfer given up meanwhile is void, faults too
    }
    if (report.fault().isPresent()) {
      uploadFailed(now, host.name, report.fault().get());
    } else {
      course.act(itsMerge.answered(host, report));
    }
  }

  void uploadsCompleted(Instant now, int number) {
    if (goesOn(number)) {
      modelUploaded = merge.orElseThrow().hasModel();
      leave(now);
    }
  }

  void uploadsFailed(Instant now, int number, Fault fault) {
    if (goesOn(number)) {
      uploadFailed(now, "", fault);
    }
  }

  /**
   * @param hostName empty where it was no single host's
   */
  private void uploadFailed(Instant now, String hostName, Fault fault) {
    merge.orElseThrow().abort().ifPresent(course::act);
    failUpload(now, hostName, fault);
  }

  private void failUpload(Instant now, String hostName, Fault fault) {
    Fault told = new Fault(fault.blame(), "the model could not be uploaded: " + fault.message());
    String reason = Reasons.fault(hostName, told);
    course.note(now, reason);
    course.overrule(reason);
    leave(now);
  }

  /** While models go up: whether they aren't whole without the host. */
  boolean needs(Host host) {
    return merge.orElseThrow().needs(host);
  }

  /** A host's allocation has ended after the verdict. */
  void lost(Instant now, Host host, AllocationEnd end) {
    hosts.end(host);
    switch (course.phase()) {
      case ENDING -> endIfQuiet(now);
      case UPLOADING -> {
        if (needs(host)) {
          uploadFailed(
              now,
              host.name,
              new Fault(
                  Fault.Blame.PLATFORM,
                  "its container " + end.describe() + " before its model was in S3"));
        }
      }
      default -> finishIfGone(now);
    }
  }

  void uploadIsOverdue(Instant now) {
    uploadFailed(
        now,
        "",
        new Fault(
            Fault.Blame.CLIENT,
            "it took longer than " + plan.uploadTimeout().toMinutes() + " minutes"));
  }

  /** All is decided and brought home: tell it, then let the agents go. */
  void leave(Instant now) {
    Verdict end = course.verdict();
    course.go(Phase.LEAVING, now.plus(LEAVE_PATIENCE));
    course.stopClock();
    course.watchNoMore();
    course.act(gang.giveUp());
    fence.giveUp();
    for (Host host : hosts.alive()) {
      course.act(new Action.Give(host.allocation.id(), new Order.Leave(host.nextOrder())));
    }
    course.enter(
        now, end.status(), end.status() == SecondaryStatus.FAILED ? end.reason() : end.message());
    finishIfGone(now);
  }

  void finishIfGone(Instant now) {
    if (course.is(Phase.LEAVING) && (hosts.noneAlive() || course.phaseIsOver(now))) {
      finish();
    }
  }

  private void finish() {
    if (course.is(Phase.DONE)) {
      return;
    }
    for (Host host : hosts.alive()) {
      hosts.end(host);
      course.act(new Action.Release(host.allocation.id()));
    }
    course.go(Phase.DONE);
    Verdict end = course.verdict();
    course.act(new Action.Finish(end.status(), end.reason()));
  }
}
