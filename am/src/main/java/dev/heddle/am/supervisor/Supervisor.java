package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes one job from Starting to its end. It is a deterministic function of the events it is given:
 * no threads, no I/O, no clock of its own. Not safe for use by several threads.
 *
 * <p>Here the hosts are gathered, started and watched; {@link Recovery} has what follows when one
 * fails, {@link Ending} what follows from the verdict.
 */
public final class Supervisor {
  private static final Duration JOIN_PATIENCE = Duration.ofMinutes(10);
  static final Duration LEASE_MARGIN = Duration.ofSeconds(10);

  private final JobPlan plan;
  private final Gang gang;
  private final Course course;
  private final HostTable hosts = new HostTable();
  private final Relaunches relaunches;
  private final Ending ending;
  private final Recovery recovery;
  private HostList moved = HostList.NONE;

  /**
   * @param seed makes the gang's random waits differ between jobs
   */
  public Supervisor(JobPlan plan, long seed, Instant created) {
    this.plan = plan;
    this.gang = new Gang(plan, seed);
    this.course = new Course(created);
    this.relaunches = new Relaunches(plan);
    Fence fence = new Fence(course);
    this.ending = new Ending(plan, course, hosts, gang, relaunches, fence);
    this.recovery = new Recovery(plan, course, hosts, gang, relaunches, ending, fence);
  }

  /** What follows from the event, in the order it must be done. */
  public List<Action> handle(Instant now, Event event) {
    List<Action> actions = course.begin();
    if (!done()) {
      take(now, event);
    } else if (event instanceof Event.Allocated late) {
      giveBack(late.allocations());
    }
    return actions;
  }

  private void take(Instant now, Event event) {
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
      ending.stopRequested(now);
    } else if (event instanceof Event.UploadsOpened opened) {
      ending.uploadsOpened(opened.merge(), opened.uploadIds());
    } else if (event instanceof Event.UploadsCompleted completed) {
      ending.uploadsCompleted(now, completed.merge());
    } else if (event instanceof Event.UploadsFailed failed) {
      ending.uploadsFailed(now, failed.merge(), failed.fault());
    } else if (event instanceof Event.CheckpointsFailed failed) {
      onCheckpointsFailed(now, failed.fault());
    } else if (event instanceof Event.ClusterLost lost) {
      ending.clusterLost(now, lost.why());
    } else if (event instanceof Event.Tick) {
      onTick(now);
    } else if (event instanceof Event.Heard heard) {
      hosts.alive().forEach(h -> h.heard(heard.silent().getOrDefault(h.allocation.id(), now)));
    } else if (event instanceof Event.MasterReplaced replaced) {
      onMasterReplaced(now, replaced);
    }
  }

  /** When {@link Event.Tick} is due at the latest; {@link Instant#MAX} for never. */
  public Instant nextDeadline() {
    return Stream.of(
            course.nextDeadline(),
            recovery.nextDeadline(),
            recovery.fenceDeadline(),
            gang.deadline(mayGiveBack()))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Whether a tick would do more than look for agents that have fallen silent. */
  public boolean isDue(Instant now) {
    return course.isDue(now)
        || weighsSilence(now)
        || !now.isBefore(recovery.fenceDeadline())
        || !now.isBefore(gang.deadline(mayGiveBack()));
  }

  /** Whether what follows from a report depends on how long others have been silent. */
  public boolean weighsSilence(Instant now) {
    return !now.isBefore(recovery.nextDeadline());
  }

  /** When those agents were heard of last that were not heard of just now. */
  public Map<String, Instant> silent(Instant now) {
    Map<String, Instant> silent = new HashMap<>();
    for (Host host : hosts.alive()) {
      if (host.silence(now).compareTo(Recovery.SILENCE) > 0) {
        silent.put(host.allocation.id(), host.lastHeard());
      }
    }
    return silent;
  }

  /** The same of one of them alone. */
  public Map<String, Instant> silent(String allocation, Instant now) {
    return hosts
        .aliveIn(allocation)
        .filter(host -> host.silence(now).compareTo(Recovery.SILENCE) > 0)
        .map(host -> Map.of(allocation, host.lastHeard()))
        .orElse(Map.of());
  }

  /** The allocations that the job has, or waits for others with. */
  public Set<String> allocations() {
    Set<String> ids = new HashSet<>();
    gang.held().forEach(allocation -> ids.add(allocation.id()));
    hosts.alive().forEach(host -> ids.add(host.allocation.id()));
    return ids;
  }

  /** Whether something is about to change, so that agents should be heard more often. */
  public boolean pending() {
    return !course.is(Phase.TRAINING) || hosts.anyQuiet() || !gang.complete();
  }

  public boolean done() {
    return course.is(Phase.DONE);
  }

  public JobView view() {
    return course.view(
        relaunches.all(),
        moved,
        ending.modelUploaded(),
        hosts.all().stream().map(Host::view).toList());
  }

  /** The host in that allocation, ended or not. */
  public Optional<HostView> host(String allocation) {
    return hosts.in(allocation).map(Host::view);
  }

  /** The current attempt's number, from 1. */
  public int attempt() {
    return relaunches.attempt();
  }

  /**
   * The hosts' addresses, where some have moved since the algorithms were started; else empty. The
   * same list until some move again.
   */
  public HostList moved() {
    return moved;
  }

  private void onClusterReady(Instant now, int nodes) {
    if (!course.is(Phase.CONNECTING)) {
      return;
    }
    if (plan.spread() && plan.hosts() > nodes) {
      course.decide(Verdict.failed(Reasons.tooFewNodes(plan, nodes)));
      ending.leave(now);
      return;
    }
    course.go(Phase.GATHERING);
    course.act(gang.ask(now));
  }

  private void onMasterReplaced(Instant now, Event.MasterReplaced replaced) {
    if (course.is(Phase.CONNECTING)) {
      onClusterReady(now, replaced.nodes());
      return;
    }
    course.note(now, "another ApplicationMaster has taken the job over");
    course.act(new Action.KeepRecord());
    hosts.alive().forEach(host -> host.heard(now));
    gang.requestsAreForgotten();
    for (String allocation : allocations()) {
      if (!replaced.allocations().contains(allocation)) {
        onAllocationEnded(
            now, allocation, new AllocationEnd(AllocationEnd.Cause.MASTERLESS, 0, ""));
      }
    }
    if (course.phase().gathers()) {
      course.act(gang.askIfMissing(now));
    }
  }

  private void onAllocated(Instant now, List<Event.Allocation> allocations) {
    if (!course.phase().gathers()) {
      giveBack(allocations);
      return;
    }
    boolean wasComplete = gang.complete();
    course.act(gang.take(now, allocations));
    if (wasComplete || !gang.complete()) {
      return;
    }
    if (course.is(Phase.GATHERING)) {
      course.go(Phase.PREPARING);
      course.watchLater(now);
      course.startRun(now, plan.maxRuntime());
      course.note(now, "all " + plan.hosts() + " hosts allocated");
    }
    recovery.goOn(now);
    for (Event.Allocation allocation : gang.held()) {
      if (hosts.in(allocation.id()).isEmpty()) {
        Host host = hosts.add(allocation, relaunches.attempt(), now);
        course.act(new Action.Launch(allocation.id(), host.name));
        course.act(relaunches.prepare(host));
      }
    }
  }

  private void giveBack(List<Event.Allocation> allocations) {
    allocations.forEach(a -> course.act(new Action.Release(a.id())));
  }

  private void onJoined(Instant now, Event.AgentJoined joined) {
    hosts
        .aliveIn(joined.allocation())
        .ifPresent(host -> host.join(now, joined.address(), joined.networkInterface()));
  }

  private void onReport(Instant now, AgentReport report) {
    Host host = hosts.aliveIn(report.containerId()).orElse(null);
    if (host == null) {
      recovery.strangerReported(now, report);
      return;
    }
    host.heard(now);
    boolean hadEnded = host.algorithmEnded();
    boolean fellQuiet = hosts.take(host, report);
    if (course.is(Phase.PREPARING) && report.phase() == AgentPhase.DOWNLOADING) {
      course.enter(now, SecondaryStatus.DOWNLOADING, "Downloading input data");
    }
    if (!hadEnded && host.algorithmEnded()) {
      recovery.algorithmEnded(now, host, report);
    }
    if (fellQuiet && hosts.in(host.allocation.id()).isPresent()) {
      onQuiet(now, host, report);
    } else if (course.is(Phase.PREPARING) && gang.complete() && hosts.allReady()) {
      startAll(now);
    } else if (course.is(Phase.TRAINING) && host.phase() == AgentPhase.READY && !host.started()) {
      join(now, host);
    } else if (course.is(Phase.UPLOADING)) {
      ending.reported(now, host, report);
    }
  }

  private void startAll(Instant now) {
    course.go(Phase.TRAINING);
    moved = HostList.NONE;
    HostList addresses = HostList.of(Addresses.of(hosts.all()));
    int index = 0;
    for (Host host : hosts.all()) {
      start(host, addresses, addresses.get(index++));
    }
    relaunches.started(now);
    course.enter(
        now, SecondaryStatus.TRAINING, "Training image is in place. Training in progress.");
  }

  /** One host more takes part in what runs already. */
  private void join(Instant now, Host host) {
    HostList addresses = HostList.of(Addresses.of(hosts.all()));
    addresses.stream()
        .filter(address -> address.host().equals(host.name))
        .findFirst()
        .ifPresent(address -> start(host, addresses, address));
    moved = addresses;
    relaunches.started(now);
    course.note(now, host.name + " runs again on " + host.allocation.node());
  }

  private void start(Host host, HostList addresses, Order.HostAddress own) {
    host.start();
    course.act(
        new Action.Give(
            host.allocation.id(),
            new Order.Start(host.nextOrder(), addresses, Addresses.interfaceOf(host, own))));
  }

  /** Nothing of a host's attempt is going on any more. */
  private void onQuiet(Instant now, Host host, AgentReport report) {
    report
        .exit()
        .map(AlgorithmExit::remark)
        .filter(remark -> !remark.isEmpty())
        .ifPresent(remark -> course.note(now, host.name + ": " + remark));
    recovery.settleIfDue(now);
    switch (course.phase()) {
      case TRAINING -> recovery.completeIfQuiet(now);
      case HALTING -> recovery.prepareIfQuiet(now);
      case ENDING -> ending.endIfQuiet(now);
      default -> {}
    }
  }

  private void onAllocationEnded(Instant now, String allocation, AllocationEnd end) {
    Optional<Host> host = hosts.aliveIn(allocation);
    if (host.isPresent()) {
      recovery.lost(now, host.get(), end);
      return;
    }
    recovery.strangerEnded(now, allocation, end);
    if (course.phase().gathers()) {
      // It was to replace another one, or to be one of the set, and has not begun.
      course.act(gang.lost(now, allocation, Duration.ZERO));
    }
  }

  private void onCheckpointsFailed(Instant now, Fault fault) {
    if (course.is(Phase.PREPARING) || course.is(Phase.TRAINING) || course.is(Phase.HALTING)) {
      ending.end(
          now,
          Verdict.failed(
              Reasons.fault(
                  "",
                  new Fault(
                      fault.blame(), "the checkpoints could not be listed: " + fault.message()))));
    }
  }

  private void onTick(Instant now) {
    if (course.phase().gathers()) {
      course.act(gang.askWhenDue(now));
      if (mayGiveBack()) {
        List<Action> givenBack = new ArrayList<>();
        Optional<String> message = gang.releaseWhenDue(now, givenBack);
        course.act(givenBack);
        message.ifPresent(why -> gatherAgain(now, why));
      }
    }
    if (course.watchIsDue(now)) {
      watch(now);
    }
    recovery.settleIfDue(now);
    recovery.goOn(now);
    if (course.runIsOver(now)) {
      ending.runIsOver(now);
    }
    if (course.phaseIsOver(now)) {
      switch (course.phase()) {
        case ENDING, HALTING -> recovery.giveUpLoud(now);
        case UPLOADING -> ending.uploadIsOverdue(now);
        case LEAVING -> ending.finishIfGone(now);
        default -> {}
      }
    }
  }

  /** A partial set isn't held for ever, unless the rest of it works or still saves. */
  private boolean mayGiveBack() {
    return course.is(Phase.GATHERING) || (course.is(Phase.PREPARING) && !gang.complete());
  }

  /** All was given back; hosts that had begun to prepare begin again elsewhere. */
  private void gatherAgain(Instant now, String message) {
    course.note(now, message);
    course.enter(now, SecondaryStatus.PENDING, message);
    if (course.is(Phase.PREPARING)) {
      hosts.clear();
      course.go(Phase.GATHERING);
      course.watchNoMore();
      if (relaunches.attempt() == 1) {
        course.forgetRun();
      }
    }
  }

  /** Looks for agents that have fallen silent. */
  private void watch(Instant now) {
    course.watchLater(now);
    for (Host host : hosts.alive()) {
      Duration silence = host.silence(now);
      Duration patience = host.joined() ? plan.lease().plus(LEASE_MARGIN) : JOIN_PATIENCE;
      if (silence.compareTo(patience) > 0) {
        course.act(new Action.Release(host.allocation.id()));
        recovery.lost(now, host, new AllocationEnd(AllocationEnd.Cause.SILENT, 0, ""));
      } else if (host.joined() && silence.compareTo(plan.suspectAfter()) > 0) {
        host.suspect();
      }
    }
  }
}
