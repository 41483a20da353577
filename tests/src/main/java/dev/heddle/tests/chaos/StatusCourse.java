package dev.heddle.tests.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which secondary status may follow which, in a job of policy {@code job}. */
final class StatusCourse {
  private static final Map<String, Set<String>> NEXT =
      Map.of(
          "Starting", Set.of("Pending", "Downloading", "Training", "Stopping", "Failed"),
          "Pending", Set.of("Downloading", "Training", "Stopping", "Failed"),
          "Downloading", Set.of("Training", "Pending", "Stopping", "Failed"),
          "Training", Set.of("Uploading", "Restarting", "Stopping", "Failed"),
          "Restarting", Set.of("Downloading", "Training", "Pending", "Stopping", "Failed"),
          "Uploading", Set.of("Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "Restarting"),
          "Stopping", Set.of("Uploading", "Stopped", "MaxRuntimeExceeded", "Failed"));

  private StatusCourse() {}

  /** What is wrong with a whole course; empty when nothing is. */
  static List<String> faults(List<String> statuses) {
    List<String> faults = new ArrayList<>();
    if (statuses.isEmpty() || !statuses.get(0).equals("Starting")) {
      faults.add("the statuses don't begin with Starting: " + statuses);
    }
    for (int i = 1; i < statuses.size(); i++) {
      if (!NEXT.getOrDefault(statuses.get(i - 1), Set.of()).contains(statuses.get(i))) {
        faults.add(statuses.get(i - 1) + " can't be followed by " + statuses.get(i));
      }
    }
    return faults;
  }

  /** Nothing that was told once is taken back. */
  static boolean continues(List<String> former, List<String> later) {
    return later.size() >= former.size() && later.subList(0, former.size()).equals(former);
  }
}
