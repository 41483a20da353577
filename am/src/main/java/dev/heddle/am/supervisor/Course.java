package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.Order;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The course of the job: where it stands, what is due when, what is decided and told, and what is
 * to be done because of the event at hand.
 */
final class Course {
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

  private final StatusHistory history;
  private final List<String> notes = new ArrayList<>();
  private List<Action> actions = new ArrayList<>();
  private Phase phase = Phase.CONNECTING;
  private Instant phaseDeadline = Instant.MAX;
  private Instant runDeadline = Instant.MAX;
  private Instant runEnd = Instant.MAX;
  private Instant nextWatch = Instant.MAX;
  private Optional<Verdict> verdict = Optional.empty();
  private Optional<Instant> trainingStart = Optional.empty();
  private Optional<Instant> trainingEnd = Optional.empty();

  Course(Instant created) {
    this.history = new StatusHistory(created);
  }

  /** Another event is handled: the list that this returns fills with what is to be done. */
  List<Action> begin() {
    actions = new ArrayList<>();
    return actions;
  }

  void act(Action action) {
    actions.add(action);
  }

  void act(Collection<Action> several) {
    actions.addAll(several);
  }

  /** Goes over to a phase that lasts as long as it takes. */
  void go(Phase next) {
    go(next, Instant.MAX);
  }

  void go(Phase next, Instant deadline) {
    phase = next;
    phaseDeadline = deadline;
  }

  Phase phase() {
    return phase;
  }

  boolean is(Phase asked) {
    return phase == asked;
  }

  boolean phaseIsOver(Instant now) {
    return !now.isBefore(phaseDeadline);
  }

  /** All hosts are there: from the first time on, the job's time runs. */
  void startRun(Instant now, Duration limit) {
    if (trainingStart.isEmpty()) {
      trainingStart = Optional.of(now);
      runEnd = now.plus(limit);
      runDeadline = runEnd;
    }
  }

  /** The hosts were given back before any algorithm had begun. */
  void forgetRun() {
    trainingStart = Optional.empty();
    runEnd = Instant.MAX;
    runDeadline = Instant.MAX;
  }

  /** No algorithm runs any more. */
  void endTraining(Instant now) {
    trainingEnd = Optional.of(now);
    stopClock();
  }

  /** Whether algorithms may run once more. */
  boolean hasTimeLeft(Instant now) {
    return now.isBefore(runEnd);
  }

  /** The job's time is limited no more. */
  void stopClock() {
    runDeadline = Instant.MAX;
  }

  boolean runIsOver(Instant now) {
    return !now.isBefore(runDeadline);
  }

  /** The agents are to be looked at again in a while. */
  void watchLater(Instant now) {
    nextWatch = now.plus(WATCH_INTERVAL);
  }

  void watchNoMore() {
    nextWatch = Instant.MAX;
  }

  boolean watchIsDue(Instant now) {
    return !now.isBefore(nextWatch);
  }

  Instant nextDeadline() {
    return Stream.of(phaseDeadline, runDeadline, nextWatch)
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** The first verdict counts. */
  void decide(Verdict itsVerdict) {
    if (verdict.isEmpty()) {
      verdict = Optional.of(itsVerdict);
    }
  }

  /** What was decided can't be kept: the job fails, unless it had already. */
  void overrule(String reason) {
    if (verdict().status() != SecondaryStatus.FAILED) {
      verdict = Optional.of(Verdict.failed(reason));
    }
  }

  /** It has not ended after all: algorithms run again, in what time is left. */
  void takeBack() {
    verdict = Optional.empty();
    trainingEnd = Optional.empty();
    runDeadline = runEnd;
  }

  Verdict verdict() {
    return verdict.orElseThrow();
  }

  void enter(Instant now, SecondaryStatus status, String message) {
    if (history.enter(now, status, message, verdict)) {
      act(new Action.KeepRecord());
    }
  }

  void note(Instant now, String text) {
    notes.add(now.truncatedTo(ChronoUnit.SECONDS) + " " + text);
  }

  /** What can be told of the job, with what is kept elsewhere. */
  JobView view(
      List<Attempt> attempts,
      List<Order.HostAddress> moved,
      boolean modelUploaded,
      List<HostView> hosts) {
    return new JobView(
        history.status(),
        history.secondary(),
        attempts,
        moved,
        history.transitions(),
        verdict.filter(v -> v.status() == SecondaryStatus.FAILED).map(Verdict::reason).orElse(""),
        trainingStart,
        trainingEnd,
        modelUploaded,
        notes,
        hosts);
  }
}
