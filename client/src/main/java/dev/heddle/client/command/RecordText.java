package dev.heddle.client.command;

import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobRecord.Attempt;
import dev.heddle.client.job.JobRecord.Host;
import dev.heddle.client.job.JobRecord.Metric;
import dev.heddle.client.job.JobRecord.Transition;
import dev.heddle.client.watch.HostLine;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A job's record as lines for people. */
final class RecordText {
  private RecordText() {}

  static List<String> lines(JobRecord record, Instant now, ZoneId zone) {
    List<String> lines = new ArrayList<>();
    row(lines, "Name", record.name());
    String primary = record.status();
    String secondary = record.secondaryStatus();
    row(lines, "Status", primary.equals(secondary) ? primary : primary + " (" + secondary + ")");
    record.failureReason().ifPresent(reason -> row(lines, "Reason", reason));
    record.created().ifPresent(time -> row(lines, "Created", Figures.moment(time, zone)));
    record
        .created()
        .map(from -> Duration.between(from, record.endTime().orElse(now)))
        .ifPresent(time -> row(lines, "Duration", Figures.duration(time)));
    row(lines, "Hosts", record.resources());
    record.model().ifPresent(model -> row(lines, "Model", model));
    record
        .applicationId()
        .ifPresent(
            id ->
                row(
                    lines,
                    "Application",
                    id + record.queue().map(queue -> " in queue " + queue).orElse("")));
    for (Metric metric : record.metrics()) {
      row(lines, "Metric", metric.name() + " = " + Figures.metric(metric.value()));
    }
    lines.add("History");
    for (Transition each : record.transitions()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s  %-12s %s",
              Figures.clock(each.start(), zone),
              each.status(),
              each.message()));
    }
    attempts(lines, record, now, zone);
    record.notes().forEach(note -> lines.add("  " + Figures.note(note, zone)));
    if (!record.hosts().isEmpty()) {
      lines.add(record.ended() ? "At the end" : "Now");
      for (Host host : record.hosts()) {
        lines.add(HostLine.of(host) + "  " + host.node());
        host.pipes().forEach(pipe -> lines.add(HostLine.of(pipe)));
        host.checkpoints().ifPresent(kept -> lines.add(HostLine.of(kept)));
      }
    }
    return lines;
  }

  /** One attempt needs no telling. */
  private static void attempts(List<String> lines, JobRecord record, Instant now, ZoneId zone) {
    List<Attempt> attempts = record.attempts();
    if (attempts.size() < 2) {
      return;
    }
    lines.add("Attempts");
    for (Attempt each : attempts) {
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "  %3d  ", each.number()));
      if (each.start().isPresent()) {
        Instant start = each.start().get();
        line.append(Figures.clock(start, zone)).append("  ran ");
        line.append(Figures.duration(Duration.between(start, each.end().orElse(now))));
      } else {
        line.append("not started");
      }
      if (!each.cause().isEmpty()) {
        line.append("  ").append(each.host());
        if (!each.node().isEmpty()) {
          line.append(" on ").append(each.node());
        }
        String cause = each.cause().toLowerCase(Locale.ROOT).replace('_', ' ');
        line.append(": ").append(cause).append(" (").append(each.detail()).append(')');
      }
      lines.add(line.toString());
    }
  }

  private static void row(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "%-12s %s", name, value));
  }
}
