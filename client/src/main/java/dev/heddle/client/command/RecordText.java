package dev.heddle.client.command;

import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobRecord;
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
    if (record.attempt() > 1) {
      row(lines, "Attempt", Integer.toString(record.attempt()));
    }
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
    record.notes().forEach(note -> lines.add("  " + Figures.note(note, zone)));
    if (!record.hosts().isEmpty()) {
      lines.add(record.ended() ? "At the end" : "Now");
      for (Host host : record.hosts()) {
        lines.add(HostLine.of(host) + "  " + host.node());
        host.pipes().forEach(pipe -> lines.add(HostLine.of(pipe)));
      }
    }
    return lines;
  }

  private static void row(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "%-12s %s", name, value));
  }
}
