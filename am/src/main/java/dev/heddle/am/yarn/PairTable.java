package dev.heddle.am.yarn;

import dev.heddle.am.journal.Entry;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The pairs that there are, what others may know of them, and what the next ApplicationMaster must.
 * All but {@link #view} and {@link #container} belongs to one thread.
 */
final class PairTable {
  private final Consumer<Entry> keeper;
  private final Map<String, Pair> pairs = new LinkedHashMap<>();
  private final Map<String, AlgorithmContainer> views = new ConcurrentHashMap<>();
  private final Map<String, String> replaced = new ConcurrentHashMap<>();

  PairTable(Consumer<Entry> keeper) {
    this.keeper = keeper;
  }

  void add(Pair pair) {
    pairs.put(pair.allocation, pair);
  }

  /** Null when there is no such pair. */
  Pair get(String allocation) {
    return pairs.get(allocation);
  }

  /** Null when there was no such pair. */
  Pair remove(String allocation) {
    Pair pair = pairs.remove(allocation);
    if (pair != null) {
      views.remove(allocation);
      keeper.accept(new Entry.Parted(allocation));
    }
    return pair;
  }

  /** A copy. */
  List<Pair> all() {
    return List.copyOf(pairs.values());
  }

  /** By their allocations. */
  Set<String> allocations() {
    return Set.copyOf(pairs.keySet());
  }

  boolean isCurrent(Pair pair) {
    return pairs.get(pair.allocation) == pair;
  }

  /** Its algorithm runs, or will run, in another container than the one that gave it its name. */
  void replaced(Pair pair) {
    replaced.put(pair.allocation, pair.algorithm.getId().toString());
  }

  /** Keeps what the pair is now. */
  void keep(Pair pair) {
    keeper.accept(pair.entry());
  }

  /** Tells what the pair is now, and keeps it. */
  void publish(Pair pair) {
    views.put(pair.allocation, pair.view());
    keep(pair);
  }

  /** The pair's algorithm container, for any thread. */
  Optional<AlgorithmContainer> view(String allocation) {
    return Optional.ofNullable(views.get(allocation));
  }

  /** In which its algorithm runs, or ran; for any thread. */
  String container(String allocation) {
    return replaced.getOrDefault(allocation, allocation);
  }
}
