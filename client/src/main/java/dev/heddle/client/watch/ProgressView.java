package dev.heddle.client.watch;

import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobRecord.Host;
import dev.heddle.client.job.JobRecord.Transition;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.Console;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shows a job's progress: a line for every secondary status, and the hosts below, redrawn in place
 * on a terminal and repeated every ten seconds elsewhere.
 */
final class ProgressView {
  private static final Duration REPEAT = Duration.ofSeconds(10);
  private static final Duration REDRAW = Duration.ofSeconds(1);

  /** Nothing new is worth saying for this long after a wait has begun. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final int HOSTS_SHOWN = 16;

  private final Console console;
  private final ZoneId zone;
  private int transitionsShown;
  private int notesShown;
  private int linesInPlace;
  private final Map<String, String> phasesShown = new HashMap<>();
  private String said = "";
  private Instant sayingSince = Instant.MIN;
  private String waitingFor = "";
  private Instant hostsShown = Instant.EPOCH;

  ProgressView(Console console, ZoneId zone) {
    this.console = console;
    this.zone = zone;
  }

  void show(JobState state, Instant now) {
    JobRecord record = state.record();
    List<Transition> transitions = record.transitions();
    for (; transitionsShown < transitions.size(); transitionsShown++) {
      Transition each = transitions.get(transitionsShown);
      line(
          String.format(
              Locale.ROOT,
              "%s  %-12s %s",
              Figures.clock(each.start(), zone),
              each.status(),
              each.message()));
    }
    List<String> notes = record.notes();
    for (; notesShown < notes.size(); notesShown++) {
      line(Figures.note(notes.get(notesShown), zone));
    }
    note(state.note(), now);
    if (state.live() || !record.ended()) {
      hosts(record.hosts(), now); // where nobody tells any more, the last picture is old
    }
  }

  /** Says what keeps the client from seeing the job, once. */
  void trouble(String message) {
    if (!message.equals(said)) {
      line("          " + message);
      said = message;
    }
  }

  /** Lets what is drawn in place stand. */
  void end() {
    linesInPlace = 0;
  }

  private void note(Optional<String> note, Instant now) {
    if (note.isEmpty()) {
      waitingFor = "";
      said = "";
      return;
    }
    if (!note.get().equals(waitingFor)) {
      waitingFor = note.get();
      sayingSince = now;
    }
    if (!sayingSince.plus(PATIENCE).isAfter(now)) {
      trouble(note.get());
    }
  }

  private void hosts(List<Host> hosts, Instant now) {
    if (hosts.isEmpty()) {
      return;
    }
    boolean due = !hostsShown.plus(console.terminal() ? REDRAW : REPEAT).isAfter(now);
    List<Host> changed =
        hosts.stream().filter(h -> !HostLine.phase(h).equals(phasesShown.get(h.name()))).toList();
    if (!due && changed.isEmpty()) {
      return;
    }
    if (due) {
      hostsShown = now;
    }
    hosts.forEach(host -> phasesShown.put(host.name(), HostLine.phase(host)));
    // What is redrawn in place must be whole; below older lines only news is worth a line.
    List<Host> shown = console.terminal() || due ? hosts : changed;
    List<String> lines = new ArrayList<>();
    shown.stream().limit(HOSTS_SHOWN).map(HostLine::of).forEach(lines::add);
    if (shown.size() > HOSTS_SHOWN) {
      lines.add(rest(shown.subList(HOSTS_SHOWN, shown.size())));
    }
    erase();
    lines.forEach(console::progress);
    linesInPlace = console.terminal() ? lines.size() : 0;
  }

  private static String rest(List<Host> hosts) {
    long in = hosts.stream().mapToLong(Host::bytesIn).sum();
    return "  and " + hosts.size() + " more hosts, in " + Figures.bytes(in);
  }

  private void line(String text) {
    erase();
    console.progress(text);
  }

  /** Cursor up and clear to the end of the screen (ECMA-48 CUU and ED). */
  private void erase() {
    if (linesInPlace > 0) {
      console.err().print("\u001b[" + linesInPlace + "A\u001b[J");
      linesInPlace = 0;
    }
  }
}
