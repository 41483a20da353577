package dev.heddle.pipemode.feed;

import java.io.IOException;
import java.util.function.LongSupplier;

/** Feeds the epochs of a channel into one stream, one after the other. */
public final class StreamFeeder {
  private final EpochSource source;
  private final FlowMeter meter;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  public StreamFeeder(String channel, EpochSource source, LongSupplier nanoTime) {
    this.source = source;
    this.meter = new FlowMeter(channel, nanoTime);
  }

  /**
   * @return false when the reader closed before the end
   * @throws IOException when the data can't be had; what was written is not all
   */
  public boolean feed(int epochs, ByteSink sink) throws IOException, InterruptedException {
    for (int epoch = 0; epoch < epochs; epoch++) {
      meter.begin(epoch);
      try (EpochBytes bytes = source.open(epoch)) {
        meter.opened();
        boolean whole = EpochCopy.copy(bytes, sink, meter);
        meter.ended(whole);
        if (!whole) {
          return false;
        }
      }
    }
    return true;
  }

  public FeedStatus status() {
    return meter.status();
  }
}
