package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.MetricValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The job's hosts and how many of them stand where; the counts spare every event a look at all
 * hosts.
 */
final class HostTable {
  private final List<Host> all = new ArrayList<>();
  private final Map<Host, Integer> places = new HashMap<>();
  private final NavigableSet<Integer> free = new TreeSet<>();
  private final Map<String, Host> byAllocation = new LinkedHashMap<>();

  /** The last values of those that are gone, by their names, which others take. */
  private final Map<String, List<MetricValue>> metrics = new HashMap<>();

  private int size;
  private int ready;
  private int quiet;
  private int alive;

  /** Takes the first free place and its name. */
  Host add(Event.Allocation allocation, int attempt, Instant now) {
    int index = free.isEmpty() ? all.size() : free.pollFirst();
    Host host = new Host("algo-" + (index + 1), allocation, attempt, now);
    host.remember(metrics.getOrDefault(host.name, List.of()));
    if (index == all.size()) {
      all.add(host);
    } else {
      all.set(index, host);
    }
    places.put(host, index);
    byAllocation.put(allocation.id(), host);
    size++;
    alive++;
    return host;
  }

  /** Frees its place, and its name, for another one. */
  void remove(Host host) {
    Integer index = places.remove(host);
    if (index == null) {
      return;
    }
    metrics.put(host.name, host.metrics());
    all.set(index, null);
    free.add(index);
    byAllocation.remove(host.allocation.id());
    size--;
    if (host.alive()) {
      alive--;
    }
    if (host.quiet()) {
      quiet--;
    }
    if (isReady(host)) {
      ready--;
    }
  }

  /** The host works on another attempt from now on, for which it is neither ready nor quiet. */
  void enter(Host host, int attempt) {
    if (host.quiet()) {
      quiet--;
    }
    if (isReady(host)) {
      ready--;
    }
    host.enter(attempt);
  }

  private static boolean isReady(Host host) {
    return host.phase().compareTo(AgentPhase.READY) >= 0;
  }

  void clear() {
    present().forEach(host -> metrics.put(host.name, host.metrics()));
    all.clear();
    places.clear();
    free.clear();
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

  /** The host in that allocation, ended or not. */
  Optional<Host> in(String allocation) {
    return Optional.ofNullable(byAllocation.get(allocation));
  }

  /** In the order of their numbers. */
  Collection<Host> all() {
    return present().toList();
  }

  List<Host> alive() {
    return present().filter(Host::alive).toList();
  }

  /** Looks no further than it must. */
  boolean anyAlive(Predicate<Host> wanted) {
    return present().anyMatch(host -> host.alive() && wanted.test(host));
  }

  /** Whose allocation has ended, and whose place nobody has taken. */
  List<Host> ended() {
    return present().filter(host -> !host.alive()).toList();
  }

  /** Those whose algorithm runs, or may still be started. */
  List<Host> loud() {
    return present().filter(host -> !host.quiet()).toList();
  }

  /** Takes the report; whether the host has fallen quiet by it. One of an old attempt is void. */
  boolean take(Host host, AgentReport report) {
    if (report.attempt() != host.attempt()) {
      return false;
    }
    boolean wasReady = isReady(host);
    boolean wasQuiet = host.quiet();
    host.take(report.phase(), report.progress(), report.exit(), report.metrics());
    if (!wasReady && isReady(host)) {
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
