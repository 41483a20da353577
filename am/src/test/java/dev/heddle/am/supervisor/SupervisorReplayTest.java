package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Random orders of events: whatever happens, every job ends and gives everything back. */
class SupervisorReplayTest {
  private static final int ORDERS = 100_000;

  @Test
  void everyOrderOfEventsEndsTerminalWithAllContainersReleased() {
    int[] ends = new int[3];
    int relaunched = 0;
    int takenBack = 0;
    for (long seed = 0; seed < ORDERS; seed++) {
      RandomJob job = new RandomJob(seed);
      JobView view = job.run();
      String told = "seed " + seed + ": " + job.story();
      assertTrue(view.status().isTerminal(), told);
      assertEquals(1, job.finishes(), told);
      assertTrue(job.unreleased().isEmpty(), () -> "still held " + job.unreleased() + ", " + told);
      assertFalse(job.launchedTwice(), told);
      assertFalse(job.mixedAttempts(), told);
      assertTrue(
          job.unfinishedUploads().isEmpty(),
          () -> "left in S3: " + job.unfinishedUploads() + ", " + told);
      takenBack += restartsAfterUploading(view) ? 1 : 0;
      relaunched += job.attemptsStarted() > 1 ? 1 : 0;
      assertEquals(
          view.failureReason().isEmpty(), view.secondary() != SecondaryStatus.FAILED, told);
      switch (view.status()) {
        case COMPLETED -> ends[0]++;
        case FAILED -> ends[1]++;
        default -> ends[2]++;
      }
    }
    System.out.printf(
        "replayed %d random orders of events: %d completed, %d failed, %d stopped; %d with a"
            + " relaunch, %d of them while models went up%n",
        ORDERS, ends[0], ends[1], ends[2], relaunched, takenBack);
    assertTrue(relaunched > ORDERS / 50, "the orders reach relaunches");
    assertTrue(takenBack > ORDERS / 500, "the orders reach losses while models go up");
    for (int end : ends) {
      assertTrue(end > ORDERS / 50, "the orders reach every kind of end");
    }
  }

  private static boolean restartsAfterUploading(JobView view) {
    List<SecondaryStatus> statuses = view.transitions().stream().map(Transition::status).toList();
    int uploading = statuses.indexOf(SecondaryStatus.UPLOADING);
    return uploading >= 0 && statuses.lastIndexOf(SecondaryStatus.RESTARTING) > uploading;
  }
}
