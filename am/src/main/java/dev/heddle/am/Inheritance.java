package dev.heddle.am;

import dev.heddle.am.journal.Entry;
import dev.heddle.am.journal.Journal;
import dev.heddle.am.journal.JournalParts;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What a job has from its earlier ApplicationMasters, and where this one keeps more.
 *
 * @param handled in order; empty when this is the first, or the others did nothing
 * @param pairs which containers make a host, by its allocation, where it has two
 */
record Inheritance(
    Entry.Begun begun,
    List<Entry.Handled> handled,
    Map<String, Entry.Paired> pairs,
    JobLoop.JournalWriter journal) {
  private static final Logger log = LogManager.getLogger(Inheritance.class);

  Inheritance {
    handled = List.copyOf(handled);
    pairs = Map.copyOf(pairs);
  }

  /**
   * @param attempt the number of this ApplicationMaster
   */
  static Inheritance of(JobFiles files, int attempt, Clock clock) throws IOException {
    List<Entry> entries = JournalParts.read(files.fileSystem(), files.staging().journal());
    Journal journal = new Journal(files.fileSystem(), files.staging().journal(), attempt);
    if (!entries.isEmpty() && entries.get(0) instanceof Entry.Begun begun) {
      List<Entry.Handled> handled =
          entries.stream()
              .filter(Entry.Handled.class::isInstance)
              .map(Entry.Handled.class::cast)
              .toList();
      log.info("takes the job over: {} events were handled before", handled.size());
      return new Inheritance(begun, handled, pairs(entries), journal::append);
    }
    Entry.Begun begun = new Entry.Begun(new SecureRandom().nextLong(), clock.instant());
    journal.append(List.of(begun));
    return new Inheritance(begun, List.of(), Map.of(), journal::append);
  }

  /** Nothing, to nobody: where the job ends with this process, a journal would have no reader. */
  static Inheritance none(Clock clock) {
    Entry.Begun begun = new Entry.Begun(new SecureRandom().nextLong(), clock.instant());
    return new Inheritance(begun, List.of(), Map.of(), entries -> {});
  }

  /** When the last thing happened that an earlier one has kept. */
  Instant last() {
    return handled.isEmpty() ? begun.created() : handled.get(handled.size() - 1).at();
  }

  private static Map<String, Entry.Paired> pairs(List<Entry> entries) {
    Map<String, Entry.Paired> pairs = new HashMap<>();
    for (Entry entry : entries) {
      if (entry instanceof Entry.Paired paired) {
        pairs.put(paired.allocation(), paired);
      } else if (entry instanceof Entry.Parted parted) {
        pairs.remove(parted.allocation());
      }
    }
    return pairs;
  }
}
