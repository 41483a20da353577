package dev.heddle.tests.bench.s3;

/**
 * Holds one connection to a rate, smoothly: what wasn't sent while there was nothing to send isn't
 * made up for, but for the few milliseconds by which sleeps are late.
 */
final class Pace {
  /** How much a connection may send at once, bytes. */
  static final int PORTION = 128 * 1024;

  private static final long LATE_NANOS = 5_000_000;

  private final double nanosPerByte;
  private long due = Long.MIN_VALUE;

  /**
   * @param bytesPerSecond more than 0
   */
  Pace(double bytesPerSecond) {
    this.nanosPerByte = 1e9 / bytesPerSecond;
  }

  /** A response begins. */
  void begin(long now) {
    due = Math.max(due, now);
  }

  /** When the next bytes may go, after so many were sent. */
  long sent(int bytes, long now) {
    due = Math.max(due, now - LATE_NANOS) + Math.round(bytes * nanosPerByte);
    return due;
  }
}
