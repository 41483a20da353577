package dev.heddle.client.pipe;

import dev.heddle.client.job.Figures;
import dev.heddle.client.session.Console;
import dev.heddle.pipemode.feed.FeedStatus;
import java.util.Locale;
import java.util.function.Supplier;

/** One line about the flow, redrawn in place on a terminal, and a last one anywhere. */
final class PipeProgress {
  private final Console console;
  private final Supplier<FeedStatus> flow;
  private final long totalBytes;
  private final long began;
  private boolean drawn;

  /**
   * @param totalBytes stored bytes of all epochs; -1 when unknown
   * @param nanoTime now
   */
  PipeProgress(Console console, Supplier<FeedStatus> flow, long totalBytes, long nanoTime) {
    this.console = console;
    this.flow = flow;
    this.totalBytes = totalBytes;
    this.began = nanoTime;
  }

  void draw(long nanoTime) {
    if (console.terminal()) {
      console.err().print("\r\u001b[K" + line(nanoTime));
      console.err().flush();
      drawn = true;
    }
  }

  void end(long nanoTime, String remark) {
    if (drawn) {
      console.err().print("\r\u001b[K");
    }
    console.progress(line(nanoTime) + remark);
  }

  private String line(long nanoTime) {
    FeedStatus status = flow.get();
    double seconds = Math.max(1e-3, (nanoTime - began) / 1e9);
    double rate = status.totalBytes() / seconds;
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "epoch %d: %s, %.1f MB/s, %d objects",
            status.epoch(),
            Figures.bytes(status.totalBytes()),
            rate / 1e6,
            status.objects()));
    long left = totalBytes - status.storedBytes();
    if (totalBytes >= 0 && left > 0 && status.storedBytes() > 0) {
      long eta = (long) (left / (status.storedBytes() / seconds));
      line.append(String.format(Locale.ROOT, ", %d:%02d left", eta / 60, eta % 60));
    }
    return line.toString();
  }
}
