package dev.heddle.containerlauncher.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gathers the faults of one document. */
final class FaultList {
  /** So many faults are told; nobody reads more, and a hostile document could hold millions. */
  static final int MOST = 200;

  private record Found(Located place, String message) {}

  private final List<Found> found = new ArrayList<>();
  private final Set<Located> places = new HashSet<>();

  void add(Located place, String message) {
    found.add(new Found(place, message));
    places.add(place);
  }

  /** Notes that something is known to be meant for this place, which therefore isn't missing. */
  void excuse(Located place) {
    places.add(place);
  }

  /** For rules over several fields: they say nothing of a value that is wrong by itself. */
  boolean has(Located place) {
    return places.contains(place);
  }

  /** In the order of the document; beyond {@link #MOST} only how many more there are. */
  List<JobFault> inOrder() {
    List<JobFault> faults = new ArrayList<>();
    found.stream()
        .sorted(Comparator.comparing(Found::place))
        .limit(MOST)
        .forEach(fault -> faults.add(new JobFault(fault.place().path(), fault.message())));
    if (found.size() > MOST) {
      faults.add(new JobFault("$", (found.size() - MOST) + " more faults are not listed"));
    }
    return List.copyOf(faults);
  }
}
