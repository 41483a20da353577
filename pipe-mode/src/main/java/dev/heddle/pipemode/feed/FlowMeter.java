package dev.heddle.pipemode.feed;

import java.util.Locale;
import java.util.function.LongSupplier;

/** Measures one channel's flow. Told by one thread, asked by any. */
final class FlowMeter {
  /**
   * What copying into a pipe costs at least; a write that takes no longer hasn't waited for its
   * reader.
   */
  private static final double COPY_NANOS_PER_BYTE = 1.0;

  private final String channel;
  private final LongSupplier nanoTime;
  private int epoch;
  private boolean open;
  private long opened;
  private double lastRate;
  private long bytes;
  private long objects;
  private long stored;
  private long storedBefore;
  private long totalBytes;
  private long dataWait;
  private long readerWait;
  private long epochDataWait;
  private long epochReaderWait;
  private long since;
  private boolean waitsForData;

  FlowMeter(String channel, LongSupplier nanoTime) {
    this.channel = channel;
    this.nanoTime = nanoTime;
  }

  synchronized void begin(int number) {
    epoch = number;
    open = false;
    bytes = 0;
    objects = 0;
    storedBefore += stored;
    stored = 0;
    opened = 0;
    epochDataWait = 0;
    epochReaderWait = 0;
  }

  synchronized void opened() {
    open = true;
    opened = nanoTime.getAsLong();
    since = opened;
    waitsForData = true;
  }

  synchronized void waitsForData() {
    since = nanoTime.getAsLong();
    waitsForData = true;
  }

  synchronized void hasData() {
    long now = nanoTime.getAsLong();
    epochDataWait += now - since;
    since = now;
    waitsForData = false;
  }

  synchronized void wrote(int length, long objectsSoFar, long storedSoFar) {
    long now = nanoTime.getAsLong();
    epochReaderWait += Math.max(0, now - since - (long) (length * COPY_NANOS_PER_BYTE));
    since = now;
    bytes += length;
    objects = objectsSoFar;
    totalBytes += length;
    stored = storedSoFar;
  }

  /** Ends the epoch; returns a line for people. */
  synchronized String ended(boolean whole) {
    double seconds = Math.max(1e-9, (nanoTime.getAsLong() - opened) / 1e9);
    open = false;
    lastRate = bytes / seconds;
    dataWait += epochDataWait;
    readerWait += epochReaderWait;
    String line =
        String.format(
            Locale.ROOT,
            "channel %s epoch %d: %s: %d bytes, %d objects in %.1f s (%.1f MB/s); the algorithm"
                + " waited %.1f s for data, data waited %.1f s for the algorithm",
            channel,
            epoch,
            whole ? "read to its end" : "closed early by its reader",
            bytes,
            objects,
            seconds,
            lastRate / 1e6,
            epochDataWait / 1e9,
            epochReaderWait / 1e9);
    epochDataWait = 0;
    epochReaderWait = 0;
    return line;
  }

  synchronized FeedStatus status() {
    long now = nanoTime.getAsLong();
    long running = open ? Math.max(0, now - since) : 0;
    return new FeedStatus(
        channel,
        epoch,
        open,
        bytes,
        objects,
        totalBytes,
        storedBefore + stored,
        open && bytes > 0 ? bytes / Math.max(1e-9, (now - opened) / 1e9) : lastRate,
        dataWait + epochDataWait + (waitsForData ? running : 0),
        readerWait + epochReaderWait + (waitsForData ? 0 : running));
  }
}
