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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

  /** Longer than this between two heartbeats is odd. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  private enum Phase {
    /** The cluster isn't ready. */
    CONNECTING,
    /** The gang gathers. */
    GATHERING,
    /** Agents prepare their hosts. */
    PREPARING,
    /** Algorithms run. */
    TRAINING,
    /** An attempt has failed: the other hosts' algorithms stop and save. */
    HALTING,
    /** The verdict is there; algorithms still end. */
    ENDING,
    /** Models and outputs go to S3. */
    UPLOADING,
    /** All is told; agents leave. */
    LEAVING,
    /** Nothing is left. */
    DONE
  }

  /** An algorithm's failure that another host's may explain. */
  private record Unsettled(Host host, Failure failure, Instant until) {}

  private final JobPlan plan;
  private final Gang gang;
  private final StatusHistory history;
  private final HostTable hosts = new HostTable();
  private final Relaunches relaunches;
  private final List<String> notes = new ArrayList<>();
  private List<Action> actions = new ArrayList<>();

  private Phase phase = Phase.CONNECTING;
  private Optional<Verdict> verdict = Optional.empty();
  private Optional<ArtifactMerge> merge = Optional.empty();
  private Optional<Instant> trainingStart = Optional.empty();
  private Optional<Instant> trainingEnd = Optional.empty();
  private Optional<Unsettled> unsettled = Optional.empty();
  private Instant phaseDeadline = Instant.MAX;
  private Instant runDeadline = Instant.MAX;
  private int listed;
  private List<Order.HostAddress> moved = List.of();
  private Instant nextWatch = Instant.MAX;
  private boolean modelUploaded;

  /**
   * @param seed makes the gang's random waits differ between jobs
   */
  public Supervisor(JobPlan plan, long seed, Instant created) {
    this.plan = plan;
    this.gang = new Gang(plan, seed);
    this.relaunches = new Relaunches(plan);
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
      } else if (event instanceof Event.CheckpointsFailed failed) {
        onCheckpointsFailed(now, failed.fault());
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
    Instant settles = unsettled.map(Unsettled::until).orElse(Instant.MAX);
    return Stream.of(phaseDeadline, runDeadline, nextWatch, settles, gang.deadline(mayGiveBack()))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Whether something is about to change, so that agents should be heard more often. */
  public boolean pending() {
    return phase != Phase.TRAINING || hosts.anyQuiet() || !gang.complete();
  }

  public boolean done() {
    return phase == Phase.DONE;
  }

  public JobView view() {
    return new JobView(
        history.status(),
        history.secondary(),
        relaunches.all(),
        moved,
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
    if (!gathers()) {
      allocations.forEach(a -> actions.add(new Action.Release(a.id())));
      return;
    }
    boolean wasComplete = gang.complete();
    actions.addAll(gang.take(now, allocations));
    if (wasComplete || !gang.complete()) {
      return;
    }
    if (phase == Phase.GATHERING) {
      phase = Phase.PREPARING;
      nextWatch = now.plus(WATCH_INTERVAL);
      if (trainingStart.isEmpty()) {
        trainingStart = Optional.of(now);
        runDeadline = now.plus(plan.maxRuntime());
      }
      note(now, "all " + plan.hosts() + " hosts allocated");
    }
    if (phase != Phase.HALTING) {
      list();
    }
    for (Event.Allocation allocation : gang.held()) {
      if (hosts.in(allocation.id()).isEmpty()) {
        Host host = hosts.add(allocation, relaunches.attempt(), now);
        actions.add(new Action.Launch(allocation.id(), host.name));
        actions.add(new Action.Give(allocation.id(), prepare(host)));
      }
    }
  }

  /** Whether allocations may be wanted. */
  private boolean gathers() {
    return phase == Phase.GATHERING
        || phase == Phase.PREPARING
        || phase == Phase.TRAINING
        || phase == Phase.HALTING;
  }

  private Order prepare(Host host) {
    return new Order.Prepare(host.nextOrder(), relaunches.attempt());
  }

  /** Once for each attempt. */
  private void list() {
    if (plan.checkpoints() && listed < relaunches.attempt()) {
      listed = relaunches.attempt();
      actions.add(new Action.ListCheckpoints(listed));
    }
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
    boolean hadEnded = host.algorithmEnded();
    boolean fellQuiet = hosts.take(host, report);
    if (phase == Phase.PREPARING && report.phase() == AgentPhase.DOWNLOADING) {
      enter(now, SecondaryStatus.DOWNLOADING, "Downloading input data");
    }
    if (!hadEnded && host.algorithmEnded()) {
      onEnded(now, host, report);
    }
    if (fellQuiet && hosts.in(host.allocation.id()).isPresent()) {
      onQuiet(now, host, report);
    } else if (phase == Phase.PREPARING && gang.complete() && hosts.allReady()) {
      startAll(now);
    } else if (phase == Phase.TRAINING && host.phase() == AgentPhase.READY && !host.started()) {
      join(now, host);
    } else if (phase == Phase.UPLOADING) {
      onUploadReport(now, host, report);
    }
  }

  private void startAll(Instant now) {
    phase = Phase.TRAINING;
    moved = List.of();
    List<Order.HostAddress> addresses = Addresses.of(hosts.all());
    int index = 0;
    for (Host host : hosts.all()) {
      start(host, addresses, addresses.get(index++));
    }
    relaunches.started(now);
    enter(now, SecondaryStatus.TRAINING, "Training image is in place. Training in progress.");
  }

  /** One host more takes part in what runs already. */
  private void join(Instant now, Host host) {
    List<Order.HostAddress> addresses = Addresses.of(hosts.all());
    addresses.stream()
        .filter(address -> address.host().equals(host.name))
        .findFirst()
        .ifPresent(address -> start(host, addresses, address));
    moved = addresses;
    relaunches.started(now);
    note(now, host.name + " runs again on " + host.allocation.node());
  }

  private void start(Host host, List<Order.HostAddress> addresses, Order.HostAddress own) {
    host.start();
    actions.add(
        new Action.Give(
            host.allocation.id(),
            new Order.Start(host.nextOrder(), addresses, Addresses.interfaceOf(host, own))));
  }

  /** A host's algorithm runs no more, or will never run; it may still save. */
  private void onEnded(Instant now, Host host, AgentReport report) {
    if (phase == Phase.PREPARING || phase == Phase.TRAINING || isAhead(host)) {
      Optional<Failure> failure = Failures.of(plan, host, report);
      if (failure.isPresent() && mayBeExplained(failure.get())) {
        if (unsettled.isEmpty()) {
          unsettled = Optional.of(new Unsettled(host, failure.get(), now.plus(plan.settle())));
        }
      } else if (failure.isPresent()) {
        fail(now, host, failure.get());
      }
    }
  }

  /** Nothing of a host's attempt is going on any more. */
  private void onQuiet(Instant now, Host host, AgentReport report) {
    report
        .exit()
        .map(AlgorithmExit::remark)
        .filter(remark -> !remark.isEmpty())
        .ifPresent(remark -> note(now, host.name + ": " + remark));
    settleIfDue(now);
    switch (phase) {
      case TRAINING -> completeIfQuiet(now);
      case HALTING -> prepareIfQuiet(now);
      case ENDING -> endIfQuiet(now);
      default -> {}
    }
  }

  /**
   * An algorithm that has lost a peer fails by itself, and that is heard of sooner than the loss.
   */
  private boolean mayBeExplained(Failure failure) {
    return phase == Phase.TRAINING
        && failure.cause() == FailureCause.ALGORITHM_ERROR
        && plan.policy().kind() == FaultPolicy.Kind.JOB
        && plan.hosts() > 1
        && !plan.settle().isZero()
        && relaunches.allows(FailureCause.PLATFORM_ERROR);
  }

  /** Nothing has explained it in time, and everybody was heard of: it is the algorithm's own. */
  private void settleIfDue(Instant now) {
    if (unsettled.isEmpty() || phase != Phase.TRAINING) {
      return;
    }
    Unsettled own = unsettled.get();
    if (!hosts.allQuiet() && now.isBefore(own.until())) {
      return;
    }
    if (!hosts.allQuiet()
        && hosts.alive().stream().anyMatch(h -> h.silence(now).compareTo(SILENCE) > 0)) {
      unsettled = Optional.of(new Unsettled(own.host(), own.failure(), now.plus(WATCH_INTERVAL)));
      return;
    }
    fail(now, own.host(), own.failure());
  }

  /** Whether it prepares for the next attempt while others still end the last one. */
  private boolean isAhead(Host host) {
    return phase == Phase.HALTING && host.attempt() == relaunches.attempt();
  }

  private void completeIfQuiet(Instant now) {
    if (phase == Phase.TRAINING && gang.complete() && hosts.allQuiet() && unsettled.isEmpty()) {
      decide(Verdict.completed());
      upload(now);
    }
  }

  private void onAllocationEnded(Instant now, String allocation, AllocationEnd end) {
    Optional<Host> host = hosts.aliveIn(allocation);
    if (host.isPresent()) {
      lose(now, host.get(), end);
    } else if (gathers()) {
      // It was to replace another one, or to be one of the set, and has not begun.
      actions.addAll(gang.lost(now, allocation, Duration.ZERO));
    }
  }

  private void lose(Instant now, Host host, AllocationEnd end) {
    switch (phase) {
      case PREPARING, TRAINING, HALTING -> {
        if (end.cause() == AllocationEnd.Cause.UNPLACED) {
          note(now, host.name + " " + end.describe() + ": asking for another node");
          replace(now, host, Duration.ZERO);
          prepareIfQuiet(now);
          return;
        }
        hosts.end(host);
        note(now, host.name + " " + end.describe());
        fail(now, host, Failures.of(host, end));
      }
      case ENDING -> {
        hosts.end(host);
        endIfQuiet(now);
      }
      case UPLOADING -> {
        hosts.end(host);
        if (merge.orElseThrow().involves(host)) {
          onUploadFault(
              now,
              host.name,
              new Fault(
                  Fault.Blame.PLATFORM,
                  "its container " + end.describe() + " before its model was in S3"));
        }
      }
      case LEAVING -> {
        hosts.end(host);
        finishIfGone(now);
      }
      default -> {}
    }
  }

  /** A host has failed: what follows depends on the cause, the policy, and what is left. */
  private void fail(Instant now, Host host, Failure failure) {
    unsettled = Optional.empty();
    if (phase == Phase.HALTING && !isAhead(host)) {
      // The attempt has failed already; its end costs once.
      replace(now, host, Duration.ZERO);
      prepareIfQuiet(now);
      return;
    }
    if (phase == Phase.TRAINING
        && failure.cause().blame() == Fault.Blame.PLATFORM
        && plan.policy().tolerates(missing(host), plan.hosts())) {
      goOnWithout(now, host, failure);
      return;
    }
    if (!relaunches.allows(failure.cause())) {
      relaunches.end(now, failure);
      String more = relaunches.exhausted(failure.cause());
      end(now, Verdict.failed(Reasons.with(failure.reason(), more)));
      return;
    }
    Duration wait = relaunches.spend(failure.cause());
    Duration avoidance = relaunches.avoidance(failure);
    if (!avoidance.isZero()) {
      actions.add(new Action.Avoid(failure.node(), avoidance));
    }
    if (phase == Phase.PREPARING || phase == Phase.HALTING) {
      note(now, host.name + ": " + failure.cause().sentence() + ": asking for another host");
      replace(now, host, wait);
    } else {
      relaunch(now, host, failure, wait);
    }
  }

  /** Another allocation takes the host's place and name. */
  private void replace(Instant now, Host host, Duration wait) {
    if (host.alive()) {
      actions.add(new Action.Release(host.allocation.id()));
    }
    hosts.remove(host);
    actions.addAll(gang.lost(now, host.allocation.id(), wait));
  }

  private int missing(Host failed) {
    return hosts.ended().size() + (failed.alive() ? 1 : 0);
  }

  private void goOnWithout(Instant now, Host host, Failure failure) {
    if (host.alive()) {
      hosts.end(host);
      actions.add(new Action.Release(host.allocation.id()));
    }
    note(
        now,
        host.name + ": " + failure.cause().sentence() + ": the job goes on without it (tolerated)");
    actions.add(new Action.KeepRecord());
    if (hosts.noneAlive()) {
      end(now, Verdict.failed(failure.reason()));
    } else {
      completeIfQuiet(now);
    }
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
    note(now, message);
    if (plan.policy().kind() == FaultPolicy.Kind.HOST) {
      relaunchAlone(now, failed, failure, wait);
      actions.add(new Action.KeepRecord());
      return;
    }
    phase = Phase.HALTING;
    phaseDeadline = now.plus(plan.restartGrace()).plus(plan.flushPatience()).plus(STOP_MARGIN);
    enter(now, SecondaryStatus.RESTARTING, "Restarting the training job: " + message);
    for (Host lost : hosts.ended()) {
      replace(now, lost, wait);
    }
    if (failed.alive() && failure.cause().nodeSuspect()) {
      replace(now, failed, wait);
    }
    for (Host host : hosts.loud()) {
      actions.add(
          new Action.Give(
              host.allocation.id(), new Order.Halt(host.nextOrder(), plan.restartGrace())));
    }
    prepareIfQuiet(now);
  }

  private void relaunchAlone(Instant now, Host host, Failure failure, Duration wait) {
    if (host.alive() && !failure.cause().nodeSuspect()) {
      list();
      again(host);
    } else {
      replace(now, host, wait);
    }
  }

  /** The others have stopped and saved: all go over to the new attempt. */
  private void prepareIfQuiet(Instant now) {
    int attempt = relaunches.attempt();
    if (phase != Phase.HALTING
        || hosts.alive().stream().anyMatch(h -> h.attempt() < attempt && !h.quiet())) {
      return;
    }
    phase = Phase.PREPARING;
    phaseDeadline = Instant.MAX;
    gang.begin(now);
    list();
    hosts.alive().stream().filter(h -> h.attempt() < attempt).forEach(this::again);
  }

  private void again(Host host) {
    hosts.enter(host, relaunches.attempt());
    actions.add(new Action.Renew(host.allocation.id()));
    actions.add(new Action.Give(host.allocation.id(), prepare(host)));
  }

  private void onCheckpointsFailed(Instant now, Fault fault) {
    if (phase == Phase.PREPARING || phase == Phase.TRAINING || phase == Phase.HALTING) {
      end(
          now,
          Verdict.failed(
              Reasons.fault(
                  "",
                  new Fault(
                      fault.blame(), "the checkpoints could not be listed: " + fault.message()))));
    }
  }

  private void onStop(Instant now) {
    switch (phase) {
      case CONNECTING, GATHERING -> {
        decide(Verdict.stopped(SecondaryStatus.STOPPED));
        enter(now, SecondaryStatus.STOPPING, "Stopping the training job");
        leave(now);
      }
      case PREPARING, TRAINING, HALTING -> {
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
    unsettled = Optional.empty();
    runDeadline = Instant.MAX;
    actions.addAll(gang.abandon(hosts.alive().stream().map(h -> h.allocation.id()).toList()));
    phase = Phase.ENDING;
    phaseDeadline =
        now.plus(plan.stopGrace())
            .plus(plan.checkpoints() ? plan.flushPatience() : Duration.ZERO)
            .plus(STOP_MARGIN);
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
    runDeadline = Instant.MAX;
    relaunches.ended(now);
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
    runDeadline = Instant.MAX;
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
    runDeadline = Instant.MAX;
    nextWatch = Instant.MAX;
    Verdict end = verdict.orElseThrow();
    actions.add(new Action.Finish(end.status(), end.reason()));
  }

  private void onTick(Instant now) {
    if (gathers()) {
      actions.addAll(gang.askWhenDue(now));
      if (mayGiveBack()) {
        gang.releaseWhenDue(now, actions).ifPresent(message -> gatherAgain(now, message));
      }
    }
    if (!now.isBefore(nextWatch)) {
      watch(now);
    }
    settleIfDue(now);
    if (!now.isBefore(runDeadline)) {
      onRunDeadline(now);
    }
    if (now.isBefore(phaseDeadline)) {
      return;
    }
    switch (phase) {
      case ENDING, HALTING -> {
        for (Host host : hosts.loud()) {
          if (phase == Phase.ENDING || host.attempt() < relaunches.attempt()) {
            actions.add(new Action.Release(host.allocation.id()));
            lose(now, host, new AllocationEnd(AllocationEnd.Cause.RELEASED, 0, "did not stop"));
          }
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

  /** A partial set isn't held for ever, unless the rest of it works or still saves. */
  private boolean mayGiveBack() {
    return phase == Phase.GATHERING || (phase == Phase.PREPARING && !gang.complete());
  }

  private void onRunDeadline(Instant now) {
    runDeadline = Instant.MAX;
    enter(now, SecondaryStatus.STOPPING, "Stopping: the time limit is reached");
    if (phase == Phase.GATHERING) {
      decide(Verdict.stopped(SecondaryStatus.MAX_RUNTIME_EXCEEDED));
      leave(now);
    } else {
      end(now, Verdict.stopped(SecondaryStatus.MAX_RUNTIME_EXCEEDED));
    }
  }

  /** All was given back; hosts that had begun to prepare begin again elsewhere. */
  private void gatherAgain(Instant now, String message) {
    note(now, message);
    enter(now, SecondaryStatus.PENDING, message);
    if (phase == Phase.PREPARING) {
      hosts.clear();
      phase = Phase.GATHERING;
      nextWatch = Instant.MAX;
      if (relaunches.attempt() == 1) {
        runDeadline = Instant.MAX;
        trainingStart = Optional.empty();
      }
    }
  }

  /** Looks for agents that have fallen silent. */
  private void watch(Instant now) {
    nextWatch = now.plus(WATCH_INTERVAL);
    for (Host host : hosts.alive()) {
      Duration silence = host.silence(now);
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
}
