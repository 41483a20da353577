package dev.heddle.containerlauncher.agent;

import java.time.Duration;

/**
 * Whether the agent may go on without an ApplicationMaster. One that it can't reach may have given
 * it up after the lease and have put another host in its place; while none is in charge nobody can
 * have done so. All times are {@link System#nanoTime()}'s; may be asked by any thread.
 */
final class Lease {
  private final long leaseNanos;
  private final long patienceNanos;
  private long answered;
  private long vacant;

  /**
   * @param patience how long the job may be without an ApplicationMaster
   */
  Lease(Duration lease, Duration patience, long now) {
    this.leaseNanos = lease.toNanos();
    this.patienceNanos = patience.toNanos();
    this.answered = now;
    this.vacant = now;
  }

  /** A heartbeat that was sent then has been answered. */
  synchronized void answered(long sent) {
    answered = sent;
    vacant = sent;
  }

  /** Nobody was in charge then. */
  synchronized void vacant(long seen) {
    if (seen - answered < patienceNanos && seen - vacant > 0) {
      vacant = seen;
    }
  }

  synchronized boolean lost(long now) {
    return now - vacant >= leaseNanos;
  }

  /** How long nobody has answered. */
  synchronized Duration silence(long now) {
    return Duration.ofNanos(now - answered);
  }
}
