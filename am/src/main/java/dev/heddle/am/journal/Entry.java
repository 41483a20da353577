package dev.heddle.am.journal;

import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import java.time.Instant;

/** One line of a job's journal. */
public sealed interface Entry {

  /**
   * The first line: of what the supervisor was made.
   *
   * @param seed of its random waits
   */
  record Begun(long seed, Instant created) implements Entry {}

  /** An event that the supervisor has handled. */
  record Handled(Instant at, Event event) implements Entry {}

  /**
   * Which containers make a host, where it has two, as of now.
   *
   * @param allocation the host's
   * @param algorithm the container that runs its algorithm or a holder; an earlier one may have
   *     given the allocation its name
   * @param agent the agent's container; empty while it has none
   * @param stage in which the algorithm container is
   * @param attempt the last attempt whose algorithm it was told to run; 0 for none
   * @param network the network of that algorithm's container; empty for none
   * @param end how that algorithm's container ended; null while it has not
   */
  record Paired(
      String allocation,
      String host,
      String algorithm,
      String agent,
      String stage,
      int attempt,
      String network,
      AllocationEnd end)
      implements Entry {}

  /** The host's containers were given back. */
  record Parted(String allocation) implements Entry {}
}
