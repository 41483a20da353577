package dev.heddle.containerlauncher.conf;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody most likely meant to write. */
public final class NearestName {
  /** Longer names are not typing errors of ours, and would cost time. */
  private static final int LONGEST = 128;

  private NearestName() {}

  /**
   * The candidate with the fewest letters to change, swap, add or leave out; upper and lower case
   * count as equal. Of several equally near the first in the alphabet wins.
   *
   * @return empty when none is near: at most a third of the letters may differ
   */
  public static Optional<String> of(String written, Collection<String> candidates) {
    return within(Math.max(1, written.length() / 3), written, candidates);
  }

  /** As {@link #of}, where at most so many letters may differ. */
  static Optional<String> within(int most, String written, Collection<String> candidates) {
    if (written.length() > LONGEST) {
      return Optional.empty();
    }
    String wanted = written.toLowerCase(Locale.ROOT);
    String best = null;
    int bestDistance = most + 1;
    for (String candidate : candidates) {
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance
          || (distance == bestDistance && best != null && candidate.compareTo(best) < 0)) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The optimal string alignment distance: Levenshtein's, with a swap of neighbours as one. */
  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
