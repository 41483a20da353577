package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes one job from Starting to its end. It is a deterministic function of the events it is given:
 * no threads, no I/O, no clock of its own. Not safe for use by several threads.
 */
public final class Supervisor {
  private static final Duration JOIN_PATIENCE = Duration.ofMinutes(10);
  private static final Duration LEASE_MARGIN = Duration.ofSeconds(10);
  private static final Duration STOP_MARGIN = Duration.ofSeconds(30);
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  private enum Phase {
    /** The cluster isn't ready. */
    CONNECTING,
    /** The gang gathers. */
    GATHERING,
    /** Agents prepare their hosts. */
    PREPARING,
    /** Algorithms run. */
    TRAINING,
    /** The verdict is there; algorithms still end. */
    ENDING,
    /** Models and outputs go to S3. */
    UPLOADING,
    /** All is told; agents leave. */
    LEAVING,
    /** Nothing is left. */
    DONE
  }

  private final JobPlan plan;
  private final Gang gang;
  private final StatusHistory history;
  private final HostTable hosts = new HostTable();
  private final List<String> notes = new ArrayList<>();
  private List<Action> actions = new ArrayList<>();

  private Phase phase = Phase.CONNECTING;
  private Optional<Verdict> verdict = Optional.empty();
  private Optional<ArtifactMerge> merge = Optional.empty();
  private Optional<Instant> trainingStart = Optional.empty();
  private Optional<Instant> trainingEnd = Optional.empty();
  private Instant phaseDeadline = Instant.MAX;
  private Instant nextWatch = Instant.MAX;
  private boolean modelUploaded;

  /**
   * @param seed makes the gang's random waits differ between jobs
   */
  public Supervisor(JobPlan plan, long seed, Instant created) {
    this.plan = plan;
    this.gang = new Gang(plan, seed);
    this.history = new StatusHistory(created);
  }

  /** What follows from the event, in the order it must be done. */
  public List<Action> handle(Instant now, Event event) {
    actions = new ArrayList<>();
    if (phase != Phase.DONE) {
      if (event instanceof Event.ClusterReady ready) {
        onClusterReady(now, ready.nodes());
      } else if (event instanceof Event.Allocated allocated) {
        onAllocated(now, allocated.allocations());
      } else if (event instanceof Event.AllocationEnded ended) {
        onAllocationEnded(now, ended.allocation(), ended.end());
      } else if (event instanceof Event.AgentJoined joined) {
        onJoined(now, joined);
      } else if (event instanceof Event.AgentReported reported) {
        onReport(now, reported.report());
      } else if (event instanceof Event.StopRequested) {
        onStop(now);
      } else if (event instanceof Event.UploadsOpened opened) {
        if (phase == Phase.UPLOADING) {
          actions.addAll(merge.orElseThrow().opened(opened.uploadIds()));
        }
      } else if (event instanceof Event.UploadsCompleted) {
        onUploaded(now);
      } else if (event instanceof Event.UploadsFailed failed) {
        onUploadFault(now, "", failed.fault());
      } else if (event instanceof Event.ClusterLost lost) {
        onClusterLost(now, lost.why());
      } else if (event instanceof Event.Tick) {
        onTick(now);
      }
    } else if (event instanceof Event.Allocated late) {
      late.allocations().forEach(a -> actions.add(new Action.Release(a.id())));
    }
    return actions;
  }

  /** When {@link Event.Tick} is due at the latest; {@link Instant#MAX} for never. */
  public Instant nextDeadline() {
    return earlier(earlier(phaseDeadline, nextWatch), gang.deadline());
  }

  /** Whether something is about to change, so that agents should be heard more often. */
  public boolean pending() {
    return phase != Phase.TRAINING || hosts.anyQuiet();
  }

  public boolean done() {
    return phase == Phase.DONE;
  }

  public JobView view() {
    return new JobView(
        history.status(),
        history.secondary(),
        1,
        history.transitions(),
        verdict.filter(v -> v.status() == SecondaryStatus.FAILED).map(Verdict::reason).orElse(""),
        trainingStart,
        trainingEnd,
        modelUploaded,
        notes,
        hosts.all().stream().map(Host::view).toList());
  }

  private void onClusterReady(Instant now, int nodes) {
    if (phase != Phase.CONNECTING) {
      return;
    }
    if (plan.spread() && plan.hosts() > nodes) {
      decide(Verdict.failed(Reasons.tooFewNodes(plan, nodes)));
      leave(now);
      return;
    }
    phase = Phase.GATHERING;
    actions.addAll(gang.ask(now));
  }

  private void onAllocated(Instant now, List<Event.Allocation> allocations) {
    if (phase != Phase.GATHERING && phase != Phase.PREPARING) {
      allocations.forEach(a -> actions.add(new Action.Release(a.id())));
      return;
    }
    boolean wasComplete = gang.complete();
    actions.addAll(gang.take(now, allocations));
    if (wasComplete || !gang.complete()) {
      return;
    }
    for (Event.Allocation allocation : gang.held()) {
      if (hosts.aliveIn(allocation.id()).isEmpty()) {
        Host host = hosts.add(allocation, now);
        actions.add(new Action.Launch(allocation.id(), host.name));
        actions.add(new Action.Give(allocation.id(), new Order.Prepare(host.nextOrder())));
      }
    }
    if (phase == Phase.PREPARING) {
      return; // what was missing is replaced
    }
    phase = Phase.PREPARING;
    phaseDeadline = now.plus(plan.maxRuntime());
    trainingStart = Optional.of(now);
    nextWatch = now.plus(WATCH_INTERVAL);
    note(now, "all " + plan.hosts() + " hosts allocated");
  }

  private void onJoined(Instant now, Event.AgentJoined joined) {
    hosts
        .aliveIn(joined.allocation())
        .ifPresent(host -> host.join(now, joined.address(), joined.networkInterface()));
  }

  private void onReport(Instant now, AgentReport report) {
    Host host = hosts.aliveIn(report.containerId()).orElse(null);
    if (host == null) {
      return;
    }
    host.heard(now);
    boolean fellQuiet = hosts.take(host, report);
    if (phase == Phase.PREPARING && report.phase() == AgentPhase.DOWNLOADING) {
      enter(now, SecondaryStatus.DOWNLOADING, "Downloading input data");
    }
    if (fellQuiet) {
      onQuiet(now, host, report);
    } else if (phase == Phase.PREPARING && gang.complete() && hosts.allReady()) {
      startAll(now);
    } else if (phase == Phase.UPLOADING) {
      onUploadReport(now, host, report);
    }
  }

  private void startAll(Instant now) {
    phase = Phase.TRAINING;
    List<Order.HostAddress> addresses = Addresses.of(hosts.all());
    int index = 0;
    for (Host host : hosts.all()) {
      String networkInterface = Addresses.interfaceOf(host, addresses.get(index++));
      actions.add(
          new Action.Give(
              host.allocation.id(),
              new Order.Start(host.nextOrder(), addresses, networkInterface)));
    }
    enter(now, SecondaryStatus.TRAINING, "Training image is in place. Training in progress.");
  }

  /** A host's algorithm runs no more, or will never run. */
  private void onQuiet(Instant now, Host host, AgentReport report) {
    report
        .exit()
        .map(AlgorithmExit::remark)
        .filter(remark -> !remark.isEmpty())
        .ifPresent(remark -> note(now, host.name + ": " + remark));
    if (phase == Phase.PREPARING || phase == Phase.TRAINING) {
      if (report.fault().isPresent()) {
        end(now, Verdict.failed(Reasons.fault(host.name, report.fault().get())));
      } else if (report.exit().isEmpty()) {
        end(
            now,
            Verdict.failed(
                Reasons.fault(
                    host.name,
                    new Fault(Fault.Blame.PLATFORM, "the agent ended without an algorithm"))));
      } else if (report.exit().get().code() != 0) {
        end(now, Verdict.failed(Reasons.algorithm(plan.jobName(), host.name, report.exit().get())));
      } else if (hosts.allQuiet()) {
        decide(Verdict.completed());
        upload(now);
      }
    } else if (phase == Phase.ENDING) {
      endIfQuiet(now);
    }
  }

  private void onAllocationEnded(Instant now, String allocation, AllocationEnd end) {
    if (phase == Phase.GATHERING) {
      actions.addAll(gang.lost(now, allocation));
      return;
    }
    if (phase == Phase.PREPARING && hosts.aliveIn(allocation).isEmpty()) {
      // One that was to replace another, lost before the set was whole again.
      actions.addAll(gang.lost(now, allocation));
      return;
    }
    hosts.aliveIn(allocation).ifPresent(host -> lose(now, host, end));
  }

  private void lose(Instant now, Host host, AllocationEnd end) {
    if (phase == Phase.PREPARING && end.cause() == AllocationEnd.Cause.UNPLACED) {
      note(now, host.name + " " + end.describe() + ": asking for another node");
      hosts.remove(host);
      actions.addAll(gang.lost(now, host.allocation.id()));
      return;
    }
    hosts.end(host);
    switch (phase) {
      case PREPARING, TRAINING -> {
        note(now, host.name + " " + end.describe());
        end(now, Verdict.failed(Reasons.lost(host, end)));
      }
      case ENDING -> endIfQuiet(now);
      case UPLOADING -> {
        if (merge.orElseThrow().involves(host)) {
          onUploadFault(
              now,
              host.name,
              new Fault(
                  Fault.Blame.PLATFORM,
                  "its container " + end.describe() + " before its model was in S3"));
        }
      }
      case LEAVING -> finishIfGone(now);
      default -> {}
    }
  }

  private void onStop(Instant now) {
    switch (phase) {
      case CONNECTING, GATHERING -> {
        decide(Verdict.stopped(SecondaryStatus.STOPPED));
        enter(now, SecondaryStatus.STOPPING, "Stopping the training job");
        leave(now);
      }
      case PREPARING, TRAINING -> {
        enter(now, SecondaryStatus.STOPPING, "Stopping the training job");
        end(now, Verdict.stopped(SecondaryStatus.STOPPED));
      }
      default -> {}
    }
  }

  private void onClusterLost(Instant now, String why) {
    decide(Verdict.failed(Reasons.platform("the cluster ended the ApplicationMaster: " + why)));
    merge.flatMap(ArtifactMerge::abort).ifPresent(actions::add);
    leave(now);
    finish();
  }

  /** The verdict is there: stop what runs, then upload what it left. */
  private void end(Instant now, Verdict itsEnd) {
    decide(itsEnd);
    actions.addAll(gang.abandon(hosts.alive().stream().map(h -> h.allocation.id()).toList()));
    phase = Phase.ENDING;
    phaseDeadline = now.plus(plan.stopGrace()).plus(STOP_MARGIN);
    for (Host host : hosts.loud()) {
      actions.add(
          new Action.Give(
              host.allocation.id(), new Order.Stop(host.nextOrder(), plan.stopGrace())));
    }
    endIfQuiet(now);
  }

  private void endIfQuiet(Instant now) {
    if (phase == Phase.ENDING && hosts.allQuiet()) {
      upload(now);
    }
  }

  private void upload(Instant now) {
    trainingEnd = Optional.of(now);
    ArtifactMerge itsMerge;
    try {
      itsMerge =
          new ArtifactMerge(
              plan, hosts.alive().stream().filter(h -> h.exit().isPresent()).toList());
    } catch (IllegalArgumentException e) {
      failUpload(now, "", new Fault(Fault.Blame.CLIENT, e.getMessage()));
      return;
    }
    if (itsMerge.isEmpty()) {
      leave(now);
      return;
    }
    merge = Optional.of(itsMerge);
    phase = Phase.UPLOADING;
    phaseDeadline = now.plus(plan.uploadTimeout());
    enter(now, SecondaryStatus.UPLOADING, "Uploading generated training model");
    actions.addAll(itsMerge.begin());
  }

  private void onUploadReport(Instant now, Host host, AgentReport report) {
    ArtifactMerge itsMerge = merge.orElseThrow();
    if (report.fault().isPresent() && itsMerge.involves(host)) {
      onUploadFault(now, host.name, report.fault().get());
      return;
    }
    List<Action> next = itsMerge.reported(host, report);
    actions.addAll(next);
  }

  private void onUploaded(Instant now) {
    if (phase != Phase.UPLOADING) {
      return;
    }
    modelUploaded = merge.orElseThrow().hasModel();
    leave(now);
  }

  private void onUploadFault(Instant now, String hostName, Fault fault) {
    if (phase == Phase.UPLOADING) {
      merge.orElseThrow().abort().ifPresent(actions::add);
      failUpload(now, hostName, fault);
    }
  }

  private void failUpload(Instant now, String hostName, Fault fault) {
    Fault told = new Fault(fault.blame(), "the model could not be uploaded: " + fault.message());
    String reason = Reasons.fault(hostName, told);
    note(now, reason);
    if (verdict.orElseThrow().status() != SecondaryStatus.FAILED) {
      verdict = Optional.of(Verdict.failed(reason));
    }
    leave(now);
  }

  /** All is decided and brought home: tell it, then let the agents go. */
  private void leave(Instant now) {
    Verdict end = verdict.orElseThrow();
    phase = Phase.LEAVING;
    phaseDeadline = now.plus(LEAVE_PATIENCE);
    nextWatch = Instant.MAX;
    actions.addAll(gang.giveUp());
    for (Host host : hosts.alive()) {
      actions.add(new Action.Give(host.allocation.id(), new Order.Leave(host.nextOrder())));
    }
    enter(now, end.status(), end.status() == SecondaryStatus.FAILED ? end.reason() : end.message());
    finishIfGone(now);
  }

  private void finishIfGone(Instant now) {
    if (phase == Phase.LEAVING && (hosts.noneAlive() || !now.isBefore(phaseDeadline))) {
      finish();
    }
  }

  private void finish() {
    if (phase == Phase.DONE) {
      return;
    }
    for (Host host : hosts.alive()) {
      hosts.end(host);
      actions.add(new Action.Release(host.allocation.id()));
    }
    phase = Phase.DONE;
    phaseDeadline = Instant.MAX;
    nextWatch = Instant.MAX;
    Verdict end = verdict.orElseThrow();
    actions.add(new Action.Finish(end.status(), end.reason()));
  }

  private void onTick(Instant now) {
    if (phase == Phase.GATHERING || (phase == Phase.PREPARING && !gang.complete())) {
      gang.tick(now, actions).ifPresent(message -> gatherAgain(now, message));
    }
    if (!now.isBefore(nextWatch)) {
      watch(now);
    }
    if (now.isBefore(phaseDeadline)) {
      return;
    }
    switch (phase) {
      case PREPARING, TRAINING -> {
        enter(now, SecondaryStatus.STOPPING, "Stopping: the time limit is reached");
        end(now, Verdict.stopped(SecondaryStatus.MAX_RUNTIME_EXCEEDED));
      }
      case ENDING -> {
        for (Host host : hosts.loud()) {
          actions.add(new Action.Release(host.allocation.id()));
          lose(now, host, new AllocationEnd(AllocationEnd.Cause.RELEASED, 0, "did not stop"));
        }
      }
      case UPLOADING ->
          onUploadFault(
              now,
              "",
              new Fault(
                  Fault.Blame.CLIENT,
                  "it took longer than " + plan.uploadTimeout().toMinutes() + " minutes"));
      case LEAVING -> finishIfGone(now);
      default -> {}
    }
  }

  /** All was given back; hosts that had begun to prepare begin again elsewhere. */
  private void gatherAgain(Instant now, String message) {
    note(now, message);
    enter(now, SecondaryStatus.PENDING, message);
    if (phase == Phase.PREPARING) {
      hosts.clear();
      phase = Phase.GATHERING;
      phaseDeadline = Instant.MAX;
      nextWatch = Instant.MAX;
      trainingStart = Optional.empty();
    }
  }

  /** Looks for agents that have fallen silent. */
  private void watch(Instant now) {
    nextWatch = now.plus(WATCH_INTERVAL);
    for (Host host : hosts.alive()) {
      Duration silence = Duration.between(host.lastHeard(), now);
      Duration patience = host.joined() ? plan.lease().plus(LEASE_MARGIN) : JOIN_PATIENCE;
      if (silence.compareTo(patience) > 0) {
        actions.add(new Action.Release(host.allocation.id()));
        lose(now, host, new AllocationEnd(AllocationEnd.Cause.SILENT, 0, ""));
      } else if (host.joined() && silence.compareTo(plan.suspectAfter()) > 0) {
        host.suspect();
      }
    }
  }

  private void decide(Verdict itsVerdict) {
    if (verdict.isEmpty()) {
      verdict = Optional.of(itsVerdict);
    }
  }

  private void enter(Instant now, SecondaryStatus status, String message) {
    if (history.enter(now, status, message, verdict)) {
      actions.add(new Action.KeepRecord());
    }
  }

  private void note(Instant now, String text) {
    notes.add(now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS) + " " + text);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
