package dev.heddle.pipemode.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The files that differ from what S3 has, in the order in which they go up: that in which they were
 * last written, and of equal times by name. So a file that says which data is the latest never
 * comes before that data. For use by one thread.
 */
final class PendingChanges {

  /**
   * A file that is to go up.
   *
   * @param path where it was found
   * @param file where its bytes are; another path when the first is a link
   * @param stamp as it was last seen
   * @param since when it was first seen to differ from what S3 has, by {@link System#nanoTime}
   * @param steadySince when it was first seen with this stamp, likewise
   */
  record Change(String name, Path path, Path file, FileStamp stamp, long since, long steadySince) {}

  private final Map<String, Change> byName = new HashMap<>();
  private final TreeSet<Change> inOrder =
      new TreeSet<>(
          Comparator.<Change>comparingLong(change -> change.stamp().writtenAt())
              .thenComparing(Change::name));

  /** A file that differs was seen, for the first time or again. */
  void see(String name, Path path, FolderScan.Found found, long now) {
    Change former = byName.get(name);
    if (former != null
        && former.stamp().equals(found.stamp())
        && former.file().equals(found.file())) {
      return;
    }
    long since = former == null ? now : former.since();
    drop(name);
    Change change = new Change(name, path, found.file(), found.stamp(), since, now);
    byName.put(name, change);
    inOrder.add(change);
  }

  /** It no longer differs, or is gone. */
  void drop(String name) {
    Change change = byName.remove(name);
    if (change != null) {
      inOrder.remove(change);
    }
  }

  /** It went up as it was; whatever was written to it since is still to go. */
  void done(Change sent) {
    Change change = byName.get(sent.name());
    if (change != null && change.stamp().equals(sent.stamp())) {
      drop(sent.name());
    }
  }

  /** All that have other names are gone. */
  void retain(Set<String> names) {
    for (Iterator<Change> each = inOrder.iterator(); each.hasNext(); ) {
      Change change = each.next();
      if (!names.contains(change.name())) {
        byName.remove(change.name());
        each.remove();
      }
    }
  }

  void clear() {
    byName.clear();
    inOrder.clear();
  }

  /**
   * The file whose turn it is; null when there is none, or when it may still be being written.
   *
   * @param steadyNanos how long a file must have been as it is
   * @param passedOver by names, which the others needn't wait for
   */
  Change next(long now, long steadyNanos, Predicate<String> passedOver) {
    for (Change change : inOrder) {
      if (!passedOver.test(change.name())) {
        return now - change.steadySince() >= steadyNanos ? change : null;
      }
    }
    return null;
  }

  /** The file whose turn it is, however long it has been as it is; null when there is none. */
  Change first(Predicate<String> passedOver) {
    return inOrder.stream().filter(c -> !passedOver.test(c.name())).findFirst().orElse(null);
  }

  /** Whether one is waiting that was last written at that time or before. */
  boolean anyWrittenBy(long epochNanos) {
    return !inOrder.isEmpty() && inOrder.first().stamp().writtenAt() <= epochNanos;
  }

  boolean contains(String name) {
    return byName.containsKey(name);
  }

  /** Whether there is one with another name than these. */
  boolean hasOther(Predicate<String> names) {
    return inOrder.stream().anyMatch(change -> !names.test(change.name()));
  }

  int size() {
    return byName.size();
  }

  /** When the first of them was first seen; empty when there is none. */
  OptionalLong oldest(long now) {
    return byName.values().stream().mapToLong(change -> change.since() - now).min().stream()
        .map(age -> now + age)
        .findFirst();
  }

  /** In their order. */
  List<String> names() {
    return inOrder.stream().map(Change::name).toList();
  }
}
