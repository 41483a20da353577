package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The job's hosts and how many of them stand where; the counts spare every event a look at all
 * hosts.
 */
final class HostTable {
  private final List<Host> all = new ArrayList<>();
  private final Map<String, Host> byAllocation = new LinkedHashMap<>();
  private int ready;
  private int quiet;
  private int alive;

  void add(Host host) {
    all.add(host);
    byAllocation.put(host.allocation.id(), host);
    alive++;
  }

  /** The host in that allocation, if there is one and it has not ended. */
  Optional<Host> aliveIn(String allocation) {
    return Optional.ofNullable(byAllocation.get(allocation)).filter(Host::alive);
  }

  /** In the order of their numbers. */
  Collection<Host> all() {
    return List.copyOf(all);
  }

  List<Host> alive() {
    return all.stream().filter(Host::alive).toList();
  }

  /** Those whose algorithm runs, or may still be started. */
  List<Host> loud() {
    return all.stream().filter(host -> !host.quiet()).toList();
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
    return ready == all.size();
  }

  boolean allQuiet() {
    return quiet == all.size();
  }

  boolean anyQuiet() {
    return quiet > 0;
  }

  boolean noneAlive() {
    return alive == 0;
  }
}
