package dev.heddle.am.supervisor;

import dev.heddle.am.journal.Entry;
import dev.heddle.am.journal.KeptEvents;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.TreeSize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** One job on a cluster that answers late, in odd orders, or not at all. */
final class RandomJob {
  private static final int MAX_STEPS = 20_000;
  private static final List<AllocationEnd.Cause> CAUSES = List.of(AllocationEnd.Cause.values());

  private final Random random;
  private final int hosts;
  private final JobPlan plan;
  private final long seed;
  private final Instant created;
  private final Optional<Random> crashes;
  private Supervisor supervisor;
  private KeptEvents events;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(
          (a, b) ->
              a.at().equals(b.at()) ? Long.compare(a.rank(), b.rank()) : a.at().compareTo(b.at()));
  private final Map<String, Agent> agents = new LinkedHashMap<>();
  private final Set<String> held = new HashSet<>();
  private final List<String> story = new ArrayList<>();
  private final Map<String, Integer> launches = new HashMap<>();
  private Instant now = Instant.parse("2026-11-24T12:00:00Z");
  private final Set<Integer> listed = new HashSet<>();
  private final Set<Integer> started = new HashSet<>();
  private final Set<String> openUploads = new HashSet<>();
  private boolean hostsOfDifferentAttempts;
  private int requested;
  private int nextId;
  private int finishes;
  private long rank;
  private final List<Entry> journal = new ArrayList<>();
  private Optional<Action> unanswered = Optional.empty();
  private int masters = 1;
  private boolean recoveredOtherwise;

  private record Due(Instant at, long rank, Runnable what) {}

  /** A host's agent as the cluster sees it. */
  private static final class Agent {
    final String host;
    Order order = new Order.Prepare(0, 1);
    int attempt = 1;
    long done;
    AgentPhase phase = AgentPhase.PREPARING;
    Optional<AlgorithmExit> exit = Optional.empty();
    Optional<Fault> fault = Optional.empty();
    Map<String, ArchiveSlice> slices = Map.of();
    boolean silent;

    Agent(String host) {
      this.host = host;
    }
  }

  /**
   * @param crashing whether the master dies now and then, and another takes the job over
   */
  RandomJob(long seed, boolean crashing) {
    this.seed = seed;
    crashes = crashing ? Optional.of(new Random(~seed)) : Optional.empty();
    random = new Random(seed);
    hosts = 1 + random.nextInt(4);
    plan = plan();
    created = now;
    supervisor = new Supervisor(plan, seed, created);
    events = new KeptEvents(supervisor);
    after(10, () -> give(new Event.ClusterReady(random.nextInt(20) == 0 ? 1 : 5)));
    if (random.nextInt(4) == 0) {
      after(random.nextInt(200_000), () -> give(new Event.StopRequested()));
    }
    if (random.nextInt(40) == 0) {
      after(random.nextInt(200_000), () -> give(new Event.ClusterLost("shut down")));
    }
  }

  private JobPlan plan() {
    FaultPolicy policy =
        FaultPolicy.parse(List.of("job", "host", "tolerate:40%").get(random.nextInt(3)));
    return Plans.of(hosts, policy, random.nextInt(6), random.nextInt(2));
  }

  JobView run() {
    for (int step = 0; step < MAX_STEPS && !supervisor.done(); step++) {
      Instant deadline = supervisor.nextDeadline();
      Due next = queue.peek();
      if (next == null && deadline.equals(Instant.MAX)) {
        break;
      }
      if (next == null || deadline.isBefore(next.at())) {
        now = deadline.isBefore(now) ? now : deadline;
        give(new Event.Tick());
      } else {
        queue.poll();
        now = next.at().isBefore(now) ? now : next.at();
        next.what().run();
      }
    }
    // Whatever was still on its way arrives after the end.
    while (!queue.isEmpty() && rank < MAX_STEPS * 10L) {
      queue.poll().what().run();
    }
    return supervisor.view();
  }

  int finishes() {
    return finishes;
  }

  Set<String> unreleased() {
    return held;
  }

  boolean launchedTwice() {
    return launches.values().stream().anyMatch(n -> n > 1);
  }

  /** Whether hosts of different attempts were started together, or from different listings. */
  boolean mixedAttempts() {
    return hostsOfDifferentAttempts;
  }

  /** How many attempts got as far as their start. */
  int attemptsStarted() {
    return started.size();
  }

  /** Multipart uploads that were neither completed nor aborted. */
  Set<String> unfinishedUploads() {
    return openUploads;
  }

  String story() {
    return String.join("; ", story);
  }

  private void after(int millis, Runnable what) {
    queue.add(new Due(now.plusMillis(millis), rank++, what));
  }

  /** What only the master of now will hear. */
  private void answer(int millis, Runnable what) {
    int mine = masters;
    after(
        millis,
        () -> {
          if (mine == masters) {
            what.run();
          }
        });
  }

  private void give(Event event) {
    if (!(event instanceof Event.AgentReported)) {
      story.add(event.toString());
    }
    unanswered = unanswered.filter(action -> !answers(event, action));
    List<Action> actions = events.handle(now, event, journal);
    // Whatever was kept may have been done, or not.
    boolean early = dies();
    if (!early) {
      actions.forEach(this::carryOut);
    }
    if (early || dies()) {
      replaceMaster(early ? actions : List.of());
    }
  }

  private static boolean answers(Event event, Action action) {
    if (event instanceof Event.UploadsOpened opened) {
      return action instanceof Action.OpenUploads open && open.merge() == opened.merge();
    }
    if (event instanceof Event.UploadsCompleted done) {
      return action instanceof Action.CompleteUploads all && all.merge() == done.merge();
    }
    return event instanceof Event.UploadsFailed && !(action instanceof Action.ListCheckpoints);
  }

  private boolean dies() {
    return crashes.isPresent()
        && masters < 6
        && !supervisor.done()
        && crashes.get().nextInt(60) == 0;
  }

  /** The next master makes the same state of the journal, and goes on from there. */
  private void replaceMaster(List<Action> undone) {
    story.add("the master dies");
    masters++;
    String before = decisive(supervisor);
    supervisor = new Supervisor(plan, seed, created);
    events = new KeptEvents(supervisor);
    for (Entry entry : journal) {
      List<Action> unused = events.handleAgain((Entry.Handled) entry);
    }
    if (!before.equals(decisive(supervisor))) {
      recoveredOtherwise = true;
      story.add("it was " + before + " and became " + decisive(supervisor));
    }
    for (Action action : undone) {
      // Orders are made anew of the journal, and what is to be given back is found by itself.
      if (action instanceof Action.Give
          || action instanceof Action.Release
          || action instanceof Action.AbortUploads) {
        carryOut(action);
      } else if (action instanceof Action.OpenUploads
          || action instanceof Action.CompleteUploads
          || action instanceof Action.ListCheckpoints
          || action instanceof Action.Finish) {
        unanswered = Optional.of(action);
      }
    }
    requested = 0;
    held.removeIf(id -> !agents.containsKey(id));
    Optional<Action> again = unanswered;
    unanswered = again.filter(action -> !(action instanceof Action.ListCheckpoints));
    if (!supervisor.done()) {
      give(new Event.MasterReplaced(5, agents.keySet()));
    }
    again.ifPresent(this::carryOut);
  }

  /** All that decides what follows, in words. */
  private static String decisive(Supervisor supervisor) {
    JobView view = supervisor.view();
    List<String> hosts =
        view.hosts().stream()
            .map(h -> List.of(h.name(), h.container(), h.attempt(), h.phase(), h.exit(), h.ended()))
            .map(Object::toString)
            .toList();
    return List.of(
            view.secondary(),
            view.attempts(),
            view.addresses(),
            view.transitions(),
            view.failureReason(),
            view.trainingStart(),
            view.trainingEnd(),
            view.modelUploaded(),
            view.notes(),
            hosts,
            new TreeSet<>(supervisor.allocations()))
        .toString();
  }

  /** Whether a master came to another state than the one before it had. */
  boolean recoveredOtherwise() {
    return recoveredOtherwise;
  }

  int masters() {
    return masters;
  }

  private void carryOut(Action action) {
    if (action instanceof Action.RequestHosts ask) {
      requested += ask.count();
      allocateSome();
    } else if (action instanceof Action.CancelRequests) {
      requested = 0;
    } else if (action instanceof Action.Release release) {
      held.remove(release.allocation());
      agents.remove(release.allocation());
      end(release.allocation(), AllocationEnd.Cause.RELEASED);
    } else if (action instanceof Action.Launch launch) {
      launches.merge(launch.allocation(), 1, Integer::sum);
      agents.put(launch.allocation(), new Agent(launch.host()));
      if (random.nextInt(30) == 0) {
        end(launch.allocation(), AllocationEnd.Cause.LAUNCH_FAILED);
      } else if (random.nextInt(50) != 0) {
        after(
            random.nextInt(5_000),
            () -> {
              give(new Event.AgentJoined(launch.allocation(), "10.0.0." + nextId++, "eth0"));
              beat(launch.allocation());
            });
      }
    } else if (action instanceof Action.Give order) {
      Agent agent = agents.get(order.allocation());
      if (agent != null) {
        agent.order = order.order();
        if (order.order() instanceof Order.Start) {
          started.add(supervisor.view().attempt());
          hostsOfDifferentAttempts |=
              plan.policy().kind() == FaultPolicy.Kind.JOB
                  && agents.values().stream().map(a -> a.attempt).distinct().count() > 1;
        }
      }
    } else if (action instanceof Action.ListCheckpoints list) {
      if (!listed.add(list.attempt())) {
        story.add("attempt " + list.attempt() + " was listed twice");
        hostsOfDifferentAttempts = true;
      }
      if (random.nextInt(100) == 0) {
        after(
            random.nextInt(500),
            () ->
                give(
                    new Event.CheckpointsFailed(
                        new Fault(Fault.Blame.CLIENT, "there is no bucket"))));
      }
    } else if (action instanceof Action.OpenUploads open) {
      Map<String, String> ids = new HashMap<>();
      open.archives().keySet().forEach(name -> ids.put(name, name + "-" + open.merge()));
      unanswered = Optional.of(action);
      loseSome();
      answer(random.nextInt(500), () -> open(open.merge(), ids));
    } else if (action instanceof Action.AbortUploads abort) {
      openUploads.removeAll(abort.uploads().values());
    } else if (action instanceof Action.CompleteUploads complete) {
      complete.archives().forEach(archive -> openUploads.remove(archive.uploadId()));
      unanswered = Optional.of(action);
      answer(
          random.nextInt(500),
          () -> give(s3(new Event.UploadsCompleted(complete.merge()), complete.merge())));
    } else if (action instanceof Action.Finish) {
      finishes++;
    }
  }

  private void open(int merge, Map<String, String> ids) {
    Event answer = s3(new Event.UploadsOpened(merge, ids), merge);
    if (answer instanceof Event.UploadsOpened && !supervisor.done()) {
      openUploads.addAll(ids.values());
    }
    give(answer);
  }

  /** While models go up. */
  private void loseSome() {
    for (String id : List.copyOf(held)) {
      if (random.nextInt(8) == 0) {
        after(random.nextInt(10_000), () -> end(id, CAUSES.get(random.nextInt(CAUSES.size()))));
      }
    }
  }

  private Event s3(Event well, int merge) {
    return random.nextInt(15) == 0
        ? new Event.UploadsFailed(merge, new Fault(Fault.Blame.CLIENT, "S3 is away"))
        : well;
  }

  private void allocateSome() {
    answer(
        random.nextInt(70_000),
        () -> {
          int count = Math.min(requested, 1 + random.nextInt(hosts));
          if (random.nextInt(10) == 0) {
            count++; // more than was asked for
          }
          requested = Math.max(0, requested - count);
          List<Event.Allocation> allocations = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            String id = "c" + nextId++;
            held.add(id);
            allocations.add(new Event.Allocation(id, "n" + id));
            if (random.nextInt(30) == 0) {
              after(
                  random.nextInt(100_000),
                  () -> end(id, CAUSES.get(random.nextInt(CAUSES.size()))));
            }
          }
          if (!allocations.isEmpty()) {
            give(new Event.Allocated(allocations));
          }
          if (requested > 0) {
            allocateSome();
          }
        });
  }

  private void end(String id, AllocationEnd.Cause cause) {
    after(
        random.nextInt(1_000),
        () -> {
          held.remove(id);
          agents.remove(id);
          give(new Event.AllocationEnded(id, new AllocationEnd(cause, 1, "")));
        });
  }

  /** One heartbeat, then perhaps the next. */
  private void beat(String id) {
    Agent agent = agents.get(id);
    if (agent == null || agent.silent) {
      return;
    }
    agent.silent = random.nextInt(2_000) == 0;
    advance(id, agent);
    give(
        new Event.AgentReported(
            new AgentReport(
                agent.host,
                id,
                agent.attempt,
                agent.done,
                agent.phase,
                Progress.NONE,
                agent.exit,
                agent.fault,
                agent.slices,
                List.of(),
                List.of())));
    if (agents.containsKey(id)) {
      after(200 + random.nextInt(5_000), () -> beat(id));
    }
  }

  private void advance(String id, Agent agent) {
    Order order = agent.order;
    boolean fresh = order.number() > agent.done;
    if (order instanceof Order.Prepare prepare && prepare.attempt() > agent.attempt) {
      agent.attempt = prepare.attempt();
      agent.phase = AgentPhase.PREPARING;
      agent.exit = Optional.empty();
      agent.fault = Optional.empty();
    }
    boolean stopping = order instanceof Order.Stop || order instanceof Order.Halt;
    if (order instanceof Order.Prepare && agent.phase.compareTo(AgentPhase.READY) < 0) {
      if (random.nextInt(40) == 0) {
        agent.phase = AgentPhase.EXITED;
        agent.fault =
            Optional.of(
                new Fault(
                    random.nextBoolean() ? Fault.Blame.CLIENT : Fault.Blame.PLATFORM, "no data"));
      } else if (random.nextInt(3) == 0) {
        agent.phase =
            agent.phase == AgentPhase.PREPARING ? AgentPhase.DOWNLOADING : AgentPhase.READY;
      }
    } else if (order instanceof Order.Start && agent.phase == AgentPhase.READY) {
      agent.done = order.number();
      agent.phase = AgentPhase.RUNNING;
    } else if (agent.phase == AgentPhase.SAVING) {
      if (random.nextInt(3) == 0) {
        agent.phase = AgentPhase.EXITED;
      }
    } else if (agent.phase == AgentPhase.RUNNING) {
      if (random.nextInt(60) == 0) {
        agent.phase = AgentPhase.SAVING;
        agent.fault = Optional.of(new Fault(Fault.Blame.PLATFORM, "its disk is full"));
      } else if (random.nextInt(20) == 0 || (stopping && random.nextInt(3) == 0)) {
        agent.phase = AgentPhase.EXITED;
        agent.exit = Optional.of(exit(stopping));
      }
    } else if (stopping && agent.phase.compareTo(AgentPhase.RUNNING) < 0) {
      agent.done = order.number();
      agent.phase = AgentPhase.EXITED;
    } else if (fresh && (order instanceof Order.Upload || order instanceof Order.Append)) {
      agent.done = order.number();
      agent.phase = AgentPhase.UPLOADED;
      agent.fault = Optional.empty();
      agent.slices = Map.of("model.tar.gz", new ArchiveSlice(List.of(), Optional.empty()));
      if (random.nextInt(25) == 0) {
        agent.fault = Optional.of(new Fault(Fault.Blame.CLIENT, "S3 is away"));
      }
    } else if (fresh && stopping && agent.phase == AgentPhase.EXITED) {
      agent.done = order.number();
    } else if (fresh && order instanceof Order.Leave) {
      end(id, AllocationEnd.Cause.EXITED);
    }
  }

  private AlgorithmExit exit(boolean stopped) {
    int code = stopped ? 143 : random.nextInt(5) == 0 ? 1 + random.nextInt(255) : 0;
    TreeSize model = random.nextBoolean() ? new TreeSize(1, 10) : TreeSize.EMPTY;
    TreeSize output = random.nextInt(3) == 0 ? new TreeSize(2, 20) : TreeSize.EMPTY;
    boolean killed = code == 137 || (code > 0 && !stopped && random.nextBoolean());
    return new AlgorithmExit(killed ? 137 : code, stopped, "", "", killed, model, output);
  }
}
