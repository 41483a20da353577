package dev.heddle.tests.bench.pipe;

/** How far away the S3 server is, and how fast a connection to it. */
enum Condition {
  /** As fast as the machine. */
  A(0, 0),
  /** As in a cloud: 30 ms to the first byte of each answer, 90 MB/s a connection. */
  B(30, 90);

  private final int delayMillis;
  private final int megabytesPerSecond;

  Condition(int delayMillis, int megabytesPerSecond) {
    this.delayMillis = delayMillis;
    this.megabytesPerSecond = megabytesPerSecond;
  }

  int delayMillis() {
    return delayMillis;
  }

  /** The most that a connection gets; 0 for no cap. */
  int megabytesPerSecond() {
    return megabytesPerSecond;
  }

  String text() {
    return megabytesPerSecond == 0
        ? this + ": loopback, no delay, no cap"
        : String.format(
            "%s: %d ms to the first byte of each answer, %d MB/s a connection",
            this, delayMillis, megabytesPerSecond);
  }
}
