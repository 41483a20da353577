package dev.heddle.am.journal;

import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.pipemode.ArchiveSlice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has the supervisor handle events, and says which of them must be kept so that the same state
 * comes of handling those alone: not the heartbeats that tell nothing new, and not the ticks that
 * find nothing due. How long agents have been silent is kept where something may depend on it.
 */
public final class KeptEvents {
  private final Supervisor supervisor;
  private final Map<String, Told> told = new HashMap<>();

  /** What of an agent's report the supervisor decides by. */
  private record Told(
      int attempt,
      long orderDone,
      AgentPhase phase,
      Optional<AlgorithmExit> exit,
      Optional<Fault> fault,
      Map<String, ArchiveSlice> slices) {
    static Told of(AgentReport report) {
      return new Told(
          report.attempt(),
          report.orderDone(),
          report.phase(),
          report.exit(),
          report.fault(),
          report.slices());
    }
  }

  public KeptEvents(Supervisor supervisor) {
    this.supervisor = supervisor;
  }

  /**
   * @param kept is added to: what must be kept before anything of the result is done
   * @return what follows from the event
   */
  public List<Action> handle(Instant now, Event event, List<Entry> kept) {
    boolean tick = event instanceof Event.Tick;
    boolean wanted =
        tick ? supervisor.isDue(now) : !(event instanceof Event.AgentReported r) || isNew(r);
    Optional<Event> silences = silences(now, event);
    List<Action> actions = supervisor.handle(now, event);
    if (wanted || !actions.isEmpty()) {
      silences.ifPresent(heard -> kept.add(new Entry.Handled(now, heard)));
      kept.add(new Entry.Handled(now, light(event)));
    }
    return actions;
  }

  /** The silences by which the supervisor decides. */
  private Optional<Event> silences(Instant now, Event event) {
    if (event instanceof Event.Tick || supervisor.weighsSilence(now)) {
      return Optional.of(new Event.Heard(supervisor.silent(now)));
    }
    // Hundreds may be lost at once: of each its own silence counts, not everybody's.
    return event instanceof Event.AllocationEnded ended
        ? Optional.of(new Event.Heard(supervisor.silent(ended.allocation(), now)))
        : Optional.empty();
  }

  /** The same for what was kept once. */
  public List<Action> handleAgain(Entry.Handled entry) {
    return handle(entry.at(), entry.event(), new ArrayList<>());
  }

  private boolean isNew(Event.AgentReported reported) {
    Told now = Told.of(reported.report());
    return !now.equals(told.put(reported.report().containerId(), now));
  }

  /** Logs are on their way to somebody who reads them, not to the supervisor. */
  private static Event light(Event event) {
    return event instanceof Event.AgentReported reported
        ? new Event.AgentReported(reported.report().withoutLogs())
        : event;
  }
}
