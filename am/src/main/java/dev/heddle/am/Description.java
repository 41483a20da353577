package dev.heddle.am;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A job in words for whoever asks. To tell of thousands of hosts takes its time: however many ask,
 * and how often, that is done by one at a time and takes a tenth of a processor at most. Who asks
 * meanwhile is told the same again.
 */
final class Description {
  private static final int PAUSE = 9;
  private static final long LONGEST_PAUSE = Duration.ofSeconds(2).toNanos();

  private final Source source;
  private final LongSupplier nanoTime;
  private String text;
  private long staleAt;

  /** Makes the text. */
  @FunctionalInterface
  interface Source {
    /**
     * @throws IOException when it can't be made now
     */
    String make() throws IOException;
  }

  /**
   * @param nanoTime as {@link System#nanoTime} has it
   */
  Description(Source source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  /** No older than nine times what it takes to make, and than two seconds. */
  synchronized String recent() throws IOException {
    return text != null && nanoTime.getAsLong() - staleAt < 0 ? text : now();
  }

  /** As the job stands now. */
  synchronized String now() throws IOException {
    long begin = nanoTime.getAsLong();
    text = source.make();
    long end = nanoTime.getAsLong();
    staleAt = end + Math.min(LONGEST_PAUSE, PAUSE * (end - begin));
    return text;
  }
}
