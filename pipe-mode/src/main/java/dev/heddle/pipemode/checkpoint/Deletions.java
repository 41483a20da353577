package dev.heddle.pipemode.checkpoint;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The files that are gone from the directory though S3 has them, and when that may be done in S3,
 * too. For use by one thread. Only whole scans count, and a file is deleted when
 *
 * <ul>
 *   <li>it has been missing for the time that files must be steady, and
 *   <li>the last scan missed no file that the one before had still seen: whoever empties a
 *       directory by hand isn't followed half-way. After a minute it is deleted all the same.
 * </ul>
 *
 * <p>When a scan finds nothing at all, nothing of what the directory held is ever deleted. Once the
 * algorithm has ended one scan suffices.
 */
final class Deletions {
  private static final long MOST_PATIENCE = TimeUnit.MINUTES.toNanos(1);

  /**
   * @param since when it was first missed, by {@link System#nanoTime}
   * @param at the same, nanoseconds since 1970
   */
  private record Missing(long since, long at) {}

  private final long steadyNanos;
  private final TreeMap<String, Missing> missing = new TreeMap<>();
  private final TreeMap<String, Missing> due = new TreeMap<>();

  Deletions(long steadyNanos) {
    this.steadyNanos = steadyNanos;
  }

  /** The file is there, again or still. */
  void cancel(String name) {
    missing.remove(name);
    due.remove(name);
  }

  void clear() {
    missing.clear();
    due.clear();
  }

  /**
   * Takes in a whole scan.
   *
   * @param known the names that S3 has, as far as this host knows
   * @param seen the names that the directory has
   * @param last whether the algorithm has ended
   * @return true when the directory was emptied and all is to be forgotten
   */
  boolean scanned(Set<String> known, Set<String> seen, long now, long epochNanos, boolean last) {
    if (seen.isEmpty()) {
      return !known.isEmpty();
    }
    boolean more = false;
    for (String name : known) {
      if (!seen.contains(name) && !missing.containsKey(name) && !due.containsKey(name)) {
        missing.put(name, new Missing(now, epochNanos));
        more = true;
      }
    }
    for (Iterator<Map.Entry<String, Missing>> each = missing.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<String, Missing> entry = each.next();
      long gone = now - entry.getValue().since;
      if (last || (gone >= steadyNanos && (!more || gone >= MOST_PATIENCE))) {
        due.put(entry.getKey(), entry.getValue());
        each.remove();
      }
    }
    return false;
  }

  /**
   * The name that is to be deleted next; null when there is none, or when a file must go up before
   * that was written when it was still there.
   */
  String next(PendingChanges changes) {
    Map.Entry<String, Missing> first = due.firstEntry();
    return first == null || changes.anyWrittenBy(first.getValue().at) ? null : first.getKey();
  }

  int size() {
    return missing.size() + due.size();
  }

  /** When the first was missed; empty when there is none. */
  OptionalLong oldest(long now) {
    LongStream ages =
        Stream.concat(missing.values().stream(), due.values().stream())
            .mapToLong(each -> each.since - now);
    return ages.min().stream().map(age -> now + age).findFirst();
  }

  List<String> names() {
    return Stream.concat(missing.keySet().stream(), due.keySet().stream()).sorted().toList();
  }
}
