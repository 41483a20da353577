package dev.heddle.am.yarn;

import dev.heddle.am.journal.Entry;
import java.util.Map;
import java.util.Set;

/**
 * What an earlier ApplicationMaster had of the cluster.
 *
 * @param allocations the hosts', as the supervisor knows them
 * @param pairs which containers make them, by allocation, where they have two
 */
public record Former(Set<String> allocations, Map<String, Entry.Paired> pairs) {
  public Former {
    allocations = Set.copyOf(allocations);
    pairs = Map.copyOf(pairs);
  }
}
