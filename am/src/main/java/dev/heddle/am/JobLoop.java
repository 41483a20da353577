package dev.heddle.am;

import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.journal.Entry;
import dev.heddle.am.journal.KeptEvents;
import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.JobView;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The one event loop of a job: every event, whatever thread it comes from, goes through the
 * supervisor here, and what the supervisor wants is carried out from here, once the journal has
 * what led to it. Events that have come meanwhile go into the journal together.
 */
final class JobLoop {
  private static final Logger log = LogManager.getLogger(JobLoop.class);

  private static final int BATCH = 1_000;

  private final Supervisor supervisor;
  private final KeptEvents events;
  private final JournalWriter journal;
  private final Queue<Arrived> inbox = new ConcurrentLinkedQueue<>();
  private final Unanswered unanswered = new Unanswered();
  private final Cluster cluster;
  private final Artifacts artifacts;
  private final CheckpointListings checkpoints;
  private final Consumer<JobView> keeper;
  private final Clock clock;
  private final ScheduledExecutorService executor;
  private final Map<String, Order> orders = new HashMap<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private ScheduledFuture<?> tick;
  private Instant tickAt = Instant.MAX;
  private SecondaryStatus told;

  /** Keeps entries for the next ApplicationMaster. */
  @FunctionalInterface
  interface JournalWriter {
    /**
     * @throws IOException when it can't promise that they are there
     */
    void append(List<Entry> entries) throws IOException;
  }

  /**
   * An event on its way.
   *
   * @param afterwards run on the loop once all that follows from it is on its way, too
   */
  private record Arrived(Event event, Runnable afterwards) {}

  /** How the job ended. */
  record End(SecondaryStatus status, String reason) {}

  /**
   * @param keeper is given the job's view whenever it must be kept
   * @param executor has one thread, which is the loop
   */
  JobLoop(
      Supervisor supervisor,
      JournalWriter journal,
      Cluster cluster,
      Artifacts artifacts,
      CheckpointListings checkpoints,
      Consumer<JobView> keeper,
      Clock clock,
      ScheduledExecutorService executor) {
    this.supervisor = supervisor;
    this.events = new KeptEvents(supervisor);
    this.journal = journal;
    this.cluster = cluster;
    this.artifacts = artifacts;
    this.checkpoints = checkpoints;
    this.keeper = keeper;
    this.clock = clock;
    this.executor = executor;
  }

  /** Completed when the supervisor has finished. */
  CompletableFuture<End> end() {
    return end;
  }

  /**
   * Takes up where the last ApplicationMaster stopped: the same state, the same orders, and what it
   * had begun and not brought to an end is begun once more. To be called before anything is posted.
   */
  void recover(List<Entry.Handled> entries) {
    for (Entry.Handled entry : entries) {
      for (Action action : events.handleAgain(entry)) {
        if (action instanceof Action.Give give) {
          orders.put(give.allocation(), give.order());
        } else if (action instanceof Action.Release release) {
          orders.remove(release.allocation());
        } else {
          unanswered.asked(entry.at(), action);
        }
      }
      unanswered.heard(entry.event());
    }
    executor.execute(() -> unanswered.at(clock.instant()).forEach(this::carryOutAgain));
  }

  /** Keeps an entry that no event belongs to. */
  void keep(Entry entry) {
    executor.execute(
        () -> {
          try {
            journal.append(List.of(entry));
          } catch (IOException e) {
            log.error("what has happened can't be kept: leaving the job to another master", e);
            end.completeExceptionally(e);
          }
        });
  }

  void post(Event event) {
    arrive(new Arrived(event, () -> {}));
  }

  /** Handles the event, then answers with the allocation's current order, if it has one. */
  CompletableFuture<Optional<Order>> exchange(String allocation, Event event) {
    CompletableFuture<Optional<Order>> answer = new CompletableFuture<>();
    arrive(new Arrived(event, () -> answer.complete(Optional.ofNullable(orders.get(allocation)))));
    return answer;
  }

  private void arrive(Arrived arrived) {
    inbox.add(arrived);
    executor.execute(this::drain);
  }

  /**
   * Asks something on the loop's thread. The whole job's view costs time in proportion to its
   * hosts: agents must not have it made.
   */
  <T> CompletableFuture<T> ask(Function<Supervisor, T> question) {
    return CompletableFuture.supplyAsync(() -> question.apply(supervisor), executor);
  }

  private void drain() {
    List<Arrived> batch = new ArrayList<>();
    List<Entry> kept = new ArrayList<>();
    List<Action> actions = new ArrayList<>();
    while (batch.size() < BATCH && !inbox.isEmpty()) {
      batch.add(inbox.poll());
    }
    if (batch.isEmpty() || end.isCompletedExceptionally()) {
      return;
    }
    Event event = null;
    try {
      for (Arrived arrived : batch) {
        event = arrived.event();
        actions.addAll(events.handle(clock.instant(), event, kept));
      }
      journal.append(kept);
      actions.forEach(this::carryOut);
    } catch (IOException e) {
      log.error("what has happened can't be kept: leaving the job to another master", e);
      end.completeExceptionally(e);
      return;
    } catch (RuntimeException e) {
      log.error("the supervisor failed on {}", event, e);
      end.completeExceptionally(e);
      return;
    }
    batch.forEach(arrived -> arrived.afterwards().run());
    cluster.hurry(supervisor.pending());
    arm();
  }

  private void carryOutAgain(Action action) {
    if (action instanceof Action.CompleteUploads complete) {
      artifacts.completeAgain(complete, this::post);
    } else if (action instanceof Action.OpenUploads open) {
      artifacts.openAgain(open, this::post);
    } else {
      carryOut(action);
    }
  }

  private void carryOut(Action action) {
    if (action instanceof Action.RequestHosts ask) {
      log.info("asking for {} hosts", ask.count());
      cluster.request(ask.count());
    } else if (action instanceof Action.CancelRequests) {
      cluster.cancelRequests();
    } else if (action instanceof Action.Release release) {
      log.info("giving {} back", release.allocation());
      orders.remove(release.allocation());
      cluster.release(release.allocation());
    } else if (action instanceof Action.Avoid avoid) {
      log.info("avoiding {} for {} s", avoid.node(), avoid.time().toSeconds());
      cluster.avoid(avoid.node(), avoid.time());
    } else if (action instanceof Action.Renew renew) {
      cluster.renew(renew.allocation());
    } else if (action instanceof Action.ListCheckpoints list) {
      checkpoints.list(list.attempt(), this::post);
    } else if (action instanceof Action.Launch launch) {
      cluster.launch(launch.allocation(), launch.host());
    } else if (action instanceof Action.Give give) {
      orders.put(give.allocation(), give.order());
    } else if (action instanceof Action.OpenUploads open) {
      artifacts.open(open, this::post);
    } else if (action instanceof Action.CompleteUploads complete) {
      artifacts.complete(complete, this::post);
    } else if (action instanceof Action.AbortUploads abort) {
      artifacts.abort(abort);
    } else if (action instanceof Action.KeepRecord) {
      keep();
    } else if (action instanceof Action.Finish finish) {
      keep();
      end.complete(new End(finish.status(), finish.reason()));
    }
  }

  private void keep() {
    JobView view = supervisor.view();
    if (view.secondary() != told) {
      told = view.secondary();
      log.info("job is {} ({})", view.status().wireName(), view.secondary().wireName());
      if (told == SecondaryStatus.TRAINING) {
        artifacts.warmUp();
      }
    }
    keeper.accept(view);
  }

  /** Sets the clock for the supervisor's next deadline. */
  private void arm() {
    Instant due = supervisor.nextDeadline();
    if (due.equals(tickAt)) {
      return;
    }
    if (tick != null) {
      tick.cancel(false);
    }
    tickAt = due;
    if (due.equals(Instant.MAX)) {
      return;
    }
    long wait = Math.max(0, Duration.between(clock.instant(), due).toMillis() + 1);
    tick =
        executor.schedule(
            () -> {
              tickAt = Instant.MAX;
              inbox.add(new Arrived(new Event.Tick(), () -> {}));
              drain();
            },
            wait,
            TimeUnit.MILLISECONDS);
  }
}
