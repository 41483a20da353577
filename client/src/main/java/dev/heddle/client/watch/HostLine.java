package dev.heddle.client.watch;

import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobRecord.Checkpoints;
import dev.heddle.client.job.JobRecord.Host;
import dev.heddle.client.job.JobRecord.Pipe;
import java.util.Locale;

/** One host's progress as a line. */
public final class HostLine {
  private HostLine() {}

  public static String of(Host host) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "  %-8s %-11s", host.name(), phase(host)));
    if (host.bytesInTotal() > 0) {
      line.append(" in ").append(Figures.bytes(host.bytesIn()));
      line.append(" of ").append(Figures.bytes(host.bytesInTotal()));
    } else if (host.bytesIn() > 0) {
      line.append(" in ").append(Figures.bytes(host.bytesIn()));
    }
    for (Pipe pipe : host.pipes()) {
      line.append("  ").append(pipe.channel()).append('_').append(pipe.epoch()).append(' ');
      line.append(rate(pipe));
    }
    if (host.bytesOut() > 0) {
      line.append("  out ").append(Figures.bytes(host.bytesOut()));
    }
    host.metrics()
        .forEach(
            (name, value) ->
                line.append("  ").append(name).append(' ').append(Figures.metric(value)));
    host.exitCode().ifPresent(code -> line.append("  exit ").append(code));
    if (host.suspect()) {
      line.append("  (silent)");
    }
    return line.toString().stripTrailing();
  }

  private static String rate(Pipe pipe) {
    return String.format(Locale.ROOT, "%.1f MB/s", pipe.bytesPerSecond() / 1e6);
  }

  /** A host's pipe as a line: how much has flowed, and who waits for whom. */
  public static String of(Pipe pipe) {
    return String.format(
        Locale.ROOT,
        "    %s_%d: %s so far, %s; the algorithm waited %.1f s for data, data waited %.1f s for it",
        pipe.channel(),
        pipe.epoch(),
        Figures.bytes(pipe.totalBytes()),
        rate(pipe),
        pipe.algorithmWaited(),
        pipe.feederWaited());
  }

  /** A host's checkpoints as a line. */
  public static String of(Checkpoints kept) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "    checkpoints: %d files, %s sent to S3",
            kept.files(),
            Figures.bytes(kept.bytes())));
    if (kept.pendingFiles() > 0 || kept.lagSeconds() > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "; %d not there yet, the oldest for %.0f s",
              kept.pendingFiles(),
              kept.lagSeconds()));
    }
    if (!kept.trouble().isEmpty()) {
      line.append("; ").append(kept.trouble());
    }
    return line.toString();
  }

  static String phase(Host host) {
    return host.phase().isEmpty() ? "starting" : host.phase().toLowerCase(Locale.ROOT);
  }
}
