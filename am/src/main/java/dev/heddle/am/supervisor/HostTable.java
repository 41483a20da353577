package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The job's hosts and how many of them stand where; the counts spare every event a look at all
 * hosts.
 */
final class HostTable {
  private final List<Host> all = new ArrayList<>();
  private final Map<String, Host> byAllocation = new LinkedHashMap<>();
  private int size;
  private int ready;
  private int quiet;
  private int alive;

  /** Takes the first free place and its name. */
  Host add(Event.Allocation allocation, Instant now) {
    int index = 0;
    while (index < all.size() && all.get(index) != null) {
      index++;
    }
    Host host = new Host("algo-" + (index + 1), allocation, now);
    if (index == all.size()) {
      all.add(host);
    } else {
      all.set(index, host);
    }
    byAllocation.put(allocation.id(), host);
    size++;
    alive++;
    return host;
  }

  /** Frees its place for another one; it has not begun to be of use. */
  void remove(Host host) {
    if (!host.alive()) {
      return;
    }
    all.set(all.indexOf(host), null);
    byAllocation.remove(host.allocation.id());
    size--;
    alive--;
    if (host.quiet()) {
      quiet--;
    }
    if (host.phase().compareTo(AgentPhase.READY) >= 0) {
      ready--;
    }
  }

  void clear() {
    all.clear();
    byAllocation.clear();
    size = 0;
    ready = 0;
    quiet = 0;
    alive = 0;
  }

  private Stream<Host> present() {
    return all.stream().filter(Objects::nonNull);
  }

  /** The host in that allocation, if there is one and it has not ended. */
  Optional<Host> aliveIn(String allocation) {
    return Optional.ofNullable(byAllocation.get(allocation)).filter(Host::alive);
  }

  /** In the order of their numbers. */
  Collection<Host> all() {
    return present().toList();
  }

  List<Host> alive() {
    return present().filter(Host::alive).toList();
  }

  /** Those whose algorithm runs, or may still be started. */
  List<Host> loud() {
    return present().filter(host -> !host.quiet()).toList();
  }

  /** Takes the report; whether the host has fallen quiet by it. */
  boolean take(Host host, AgentReport report) {
    boolean wasReady = host.phase().compareTo(AgentPhase.READY) >= 0;
    boolean wasQuiet = host.quiet();
    host.take(report.phase(), report.progress(), report.exit(), report.metrics());
    if (!wasReady && report.phase() == AgentPhase.READY) {
      ready++;
    }
    boolean fellQuiet = !wasQuiet && host.quiet();
    if (fellQuiet) {
      quiet++;
    }
    return fellQuiet;
  }

  /** The host's allocation has ended; to be told so again changes nothing. */
  void end(Host host) {
    if (!host.alive()) {
      return;
    }
    if (!host.quiet()) {
      quiet++;
    }
    host.end();
    alive--;
  }

  boolean allReady() {
    return ready == size;
  }

  boolean allQuiet() {
    return quiet == size;
  }

  boolean anyQuiet() {
    return quiet > 0;
  }

  boolean noneAlive() {
    return alive == 0;
  }
}
