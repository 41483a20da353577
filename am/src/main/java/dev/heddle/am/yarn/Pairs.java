package dev.heddle.am.yarn;

import dev.heddle.am.journal.Entry;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Hosts of two containers on one node: the algorithm's, which is allocated first because it is the
 * scarce one, and the agent's, which is started first because the first container of an application
 * on a node fixes its credentials there. Until the algorithm may start, a holder keeps its
 * container, which the ResourceManager would take back otherwise. All but {@link #view} and {@link
 * #container} belongs to one thread.
 */
final class Pairs {
  private static final Logger log = LogManager.getLogger(Pairs.class);
  private static final Duration AVOIDANCE = Duration.ofMinutes(5);

  private final Requests requests;
  private final NodeRequests nodes;
  private final NodeCalls calls;
  private final Clock clock;
  private final Duration patience;
  private final Duration unheld;
  private final Consumer<Event> events;
  private final PairTable pairs;
  private final OwnAddresses addresses;

  /**
   * @param patience how long an agent may wait for its place
   * @param expiry after which the ResourceManager takes back what isn't launched
   * @param keeper keeps which containers belong together, for another ApplicationMaster
   */
  Pairs(
      Requests requests,
      NodeRequests nodes,
      NodeCalls calls,
      Clock clock,
      Duration patience,
      Duration expiry,
      Consumer<Event> events,
      Consumer<Entry> keeper) {
    this.pairs = new PairTable(keeper);
    this.addresses = new OwnAddresses(calls, pairs);
    this.requests = requests;
    this.nodes = nodes;
    this.calls = calls;
    this.clock = clock;
    this.patience = patience;
    this.unheld = expiry.multipliedBy(7).dividedBy(10);
    this.events = events;
  }

  /** The allocation becomes a host's algorithm container; its agent is looked for. */
  void place(Container algorithm, String host) {
    Pair pair = new Pair(algorithm, host, clock.instant().plus(patience));
    pairs.add(pair);
    pairs.publish(pair);
    nodes.add(Ask.AGENT, pair.node);
    requests.updateExclusion(pair.node);
  }

  /**
   * Takes over what an earlier ApplicationMaster had: an order that it may or may not have given is
   * given once more when the agent repeats it.
   *
   * @param algorithm alive or not
   */
  void adopt(Entry.Paired kept, Container algorithm, boolean alive, Container agent) {
    Pair pair = new Pair(kept.allocation(), algorithm, kept.host(), Instant.MAX);
    pair.agent = Optional.of(agent);
    pair.attempt = kept.attempt();
    pair.network = kept.network();
    pair.end = Optional.ofNullable(kept.end());
    pairs.add(pair);
    if (!kept.allocation().equals(kept.algorithm())) {
      pairs.replaced(pair);
    }
    Pair.Stage stage = Pair.Stage.valueOf(kept.stage());
    switch (stage) {
      case STARTED, RETURNING -> pair.stage = Pair.Stage.STARTED;
      case ENDED -> pair.stage = Pair.Stage.ENDED;
      default -> {
        if (stage == Pair.Stage.ORDERED) {
          pair.attempt--;
        }
        if (alive && stage != Pair.Stage.ASKED_AGAIN) {
          pair.stage = Pair.Stage.HELD;
        } else {
          pair.againDeadline = clock.instant().plus(patience);
          askAgain(pair, "it is gone");
        }
      }
    }
    pairs.publish(pair);
  }

  /** Algorithms of adopted pairs whose containers have gone without a word. */
  void settleAdopted(Set<String> alive) {
    for (Pair pair : pairs.all()) {
      if (pair.stage == Pair.Stage.STARTED && !alive.contains(pair.algorithm.getId().toString())) {
        conclude(pair, new AllocationEnd(Cause.MASTERLESS, 0, ""));
      }
    }
  }

  /** Whose agents live, by their allocations. */
  Set<String> allocations() {
    return pairs.allocations();
  }

  /** Containers that were asked for on certain nodes. */
  void allocated(List<Container> containers) {
    for (Container container : containers) {
      Ask ask = Ask.of(container);
      boolean asked = nodes.remove(ask, container.getNodeId());
      Optional<Pair> pair = asked ? waiting(ask, container) : Optional.empty();
      if (pair.isEmpty()) {
        nodes.release(container.getId());
      } else if (ask == Ask.AGENT) {
        startAgent(pair.get(), container);
      } else {
        takeAgain(pair.get(), container);
      }
    }
    containers.forEach(container -> requests.updateExclusion(container.getNodeId()));
  }

  private Optional<Pair> waiting(Ask ask, Container container) {
    return pairs.all().stream()
        .filter(pair -> pair.node.equals(container.getNodeId()))
        .filter(
            pair -> ask == Ask.AGENT ? pair.agent.isEmpty() : pair.stage == Pair.Stage.ASKED_AGAIN)
        .findFirst();
  }

  private void startAgent(Pair pair, Container agent) {
    pair.agent = Optional.of(agent);
    pairs.keep(pair);
    log.info("agent of {} has {} beside {}", pair.host, agent.getId(), pair.allocation);
    calls.startAgent(
        agent,
        pair.host,
        pair.allocation,
        failure -> {
          if (!pairs.isCurrent(pair)) {
            return;
          }
          if (failure.isPresent()) {
            lose(pair, ExitCauses.notStarted(failure.get()));
          } else if (pair.stage == Pair.Stage.ALLOCATED) {
            hold(pair);
          }
        });
  }

  private void hold(Pair pair) {
    pair.stage = Pair.Stage.HOLDING;
    calls.startHolder(
        pair.algorithm,
        failure -> {
          if (!pairs.isCurrent(pair) || pair.stage != Pair.Stage.HOLDING) {
            return;
          }
          if (failure.isPresent()) {
            nodes.release(pair.algorithm.getId());
            pair.holdable = false;
            askAgain(pair, failure.get());
          } else {
            pair.stage = Pair.Stage.HELD;
            pairs.keep(pair);
            startIfWanted(pair);
          }
        });
  }

  /**
   * Some nodes can't run a holder with the container's devices: then nothing runs until it must.
   */
  private void askAgain(Pair pair, String why) {
    log.warn(
        "{}: its algorithm container {} can't be held ({}): asking for another one on {}",
        pair.host,
        pair.algorithm.getId(),
        why,
        pair.node);
    pair.stage = Pair.Stage.ASKED_AGAIN;
    pairs.keep(pair);
    nodes.add(Ask.AGAIN, pair.node);
    requests.updateExclusion(pair.node);
  }

  private void takeAgain(Pair pair, Container container) {
    pair.algorithm = container;
    pair.againDeadline = Instant.MAX;
    pairs.replaced(pair);
    if (pair.holdable) {
      pairs.publish(pair);
      hold(pair);
      return;
    }
    pair.stage = Pair.Stage.UNHELD;
    pair.unheldUntil = clock.instant().plus(unheld);
    pairs.publish(pair);
    startIfWanted(pair);
  }

  /** The host's agent wants the algorithm to run; to be told so again changes nothing. */
  void start(String allocation, int attempt, ContainerSpec spec) {
    Pair pair = pairs.get(allocation);
    if (pair != null && attempt > pair.attempt) {
      pair.attempt = attempt;
      pair.wanted = Optional.of(spec);
      pair.network = spec.network();
      pair.address = Optional.empty();
      pair.end = Optional.empty();
      pairs.publish(pair);
      startIfWanted(pair);
    }
  }

  /** Ends the algorithm and has a holder take its place. */
  void hold(String allocation, String mark) {
    Pair pair = pairs.get(allocation);
    if (pair == null || (pair.stage != Pair.Stage.STARTED && pair.stage != Pair.Stage.ORDERED)) {
      return;
    }
    log.info("{}: {} goes back to a holder", pair.host, pair.algorithm.getId());
    pair.stage = Pair.Stage.RETURNING;
    pairs.keep(pair);
    pair.wanted = Optional.empty();
    calls.replaceAlgorithm(
        pair.algorithm,
        mark,
        failure -> {
          if (!pairs.isCurrent(pair) || pair.stage != Pair.Stage.RETURNING) {
            return;
          }
          if (failure.isPresent()) {
            log.warn("{}: it can't be held: TERM", pair.host);
            pair.stage = Pair.Stage.STARTED;
            calls.terminate(pair.algorithm);
          } else {
            pair.stage = Pair.Stage.HELD;
            pairs.publish(pair);
            startIfWanted(pair);
          }
        });
  }

  /** Has a container for the next algorithm where the last one took its container with it. */
  void renew(String allocation) {
    Pair pair = pairs.get(allocation);
    if (pair != null && pair.stage == Pair.Stage.ENDED) {
      pair.wanted = Optional.empty();
      pair.againDeadline = clock.instant().plus(patience);
      askAgain(pair, "its algorithm has ended");
    }
  }

  private void startIfWanted(Pair pair) {
    if (pair.wanted.isEmpty()) {
      return;
    }
    Consumer<Optional<String>> done =
        failure -> {
          if (!pairs.isCurrent(pair) || pair.stage != Pair.Stage.ORDERED) {
            return;
          }
          if (failure.isPresent()) {
            nodes.release(pair.algorithm.getId());
            conclude(pair, new AllocationEnd(Cause.LAUNCH_FAILED, 0, failure.get()));
          } else {
            log.info(
                "{}: {} runs {}",
                pair.host,
                pair.algorithm.getId(),
                pair.wanted.map(ContainerSpec::image).orElse("its algorithm"));
            pair.stage = Pair.Stage.STARTED;
            pairs.publish(pair);
          }
        };
    if (pair.stage == Pair.Stage.HELD) {
      pair.stage = Pair.Stage.ORDERED;
      pairs.keep(pair);
      if (OwnAddresses.has(pair)) {
        calls.address(
            pair.algorithm,
            address -> {
              if (pairs.isCurrent(pair) && pair.stage == Pair.Stage.ORDERED) {
                pair.holderAddress = address;
                calls.replaceHolder(pair.algorithm, pair.wanted.orElseThrow(), done);
              }
            });
      } else {
        calls.replaceHolder(pair.algorithm, pair.wanted.get(), done);
      }
    } else if (pair.stage == Pair.Stage.UNHELD) {
      pair.stage = Pair.Stage.ORDERED;
      calls.startAlgorithm(pair.algorithm, pair.wanted.get(), done);
    }
  }

  void signal(String allocation, ContainerSignal signal) {
    Pair pair = pairs.get(allocation);
    if (pair == null || !pair.released() || pair.stage == Pair.Stage.ENDED) {
      return;
    }
    log.info("{}: {} to {}", pair.host, signal, pair.algorithm.getId());
    if (signal == ContainerSignal.TERM) {
      calls.terminate(pair.algorithm);
    } else {
      calls.stop(pair.algorithm);
    }
  }

  /** A container has ended; false when it is none of a pair. */
  boolean ended(ContainerId container, AllocationEnd end) {
    for (Pair pair : pairs.all()) {
      if (pair.agent.filter(agent -> agent.getId().equals(container)).isPresent()) {
        lose(pair, end);
        return true;
      }
      if (pair.algorithm.getId().equals(container)) {
        algorithmEnded(pair, end);
        return true;
      }
    }
    return false;
  }

  private void algorithmEnded(Pair pair, AllocationEnd end) {
    switch (pair.stage) {
      case ORDERED, STARTED -> {
        if (isTaken(end.cause())) {
          lose(pair, end);
        } else {
          conclude(pair, end);
        }
      }
      case ENDED, ASKED_AGAIN -> {}
      default -> {
        boolean byItself =
            end.cause() == Cause.EXITED
                || end.cause() == Cause.LAUNCH_FAILED
                || pair.stage == Pair.Stage.UNHELD;
        if (byItself && pair.agent.isPresent()) {
          if (pair.attempt == 0) {
            pair.holdable = false;
          }
          // An agent that waits for a holder's mark waits no longer.
          pair.end = Optional.of(end);
          pairs.publish(pair);
          askAgain(pair, end.describe());
        } else {
          lose(pair, end);
        }
      }
    }
  }

  /** Whether the cluster has taken the container away, whatever ran in it. */
  private static boolean isTaken(Cause cause) {
    return cause == Cause.PREEMPTED
        || cause == Cause.NODE_LOST
        || cause == Cause.DISK_FAILED
        || cause == Cause.KILLED;
  }

  private void conclude(Pair pair, AllocationEnd end) {
    pair.end = Optional.of(end);
    pair.stage = Pair.Stage.ENDED;
    pairs.publish(pair);
  }

  /** Without its agent, or its node, it is no host any more. */
  private void lose(Pair pair, AllocationEnd end) {
    release(pair.allocation);
    events.accept(
        new Event.AllocationEnded(
            pair.allocation,
            new AllocationEnd(end.cause(), end.exitCode(), ExitCauses.firstLine(end.detail()))));
  }

  /** Gives both containers back; false when there is no such pair. */
  boolean release(String allocation) {
    Pair pair = pairs.remove(allocation);
    if (pair == null) {
      return false;
    }
    if (pair.agent.isPresent()) {
      nodes.release(pair.agent.get().getId());
    } else {
      nodes.remove(Ask.AGENT, pair.node);
    }
    if (pair.stage == Pair.Stage.ASKED_AGAIN) {
      nodes.remove(Ask.AGAIN, pair.node);
    } else if (pair.stage != Pair.Stage.ENDED) {
      nodes.release(pair.algorithm.getId());
    }
    requests.forget(ContainerId.fromString(allocation));
    requests.updateExclusion(pair.node);
    return true;
  }

  /** Gives up agents that find no place, and allocations that would expire. */
  void tick() {
    Instant now = clock.instant();
    for (Pair pair : pairs.all()) {
      if (pair.agent.isEmpty() && !now.isBefore(pair.agentDeadline)) {
        log.warn("{}: no room for its agent on {}: avoiding the node", pair.host, pair.node);
        requests.avoid(pair.node, now.plus(AVOIDANCE));
        lose(pair, new AllocationEnd(Cause.UNPLACED, 0, pair.node.toString()));
      } else if (pair.stage == Pair.Stage.ASKED_AGAIN && !now.isBefore(pair.againDeadline)) {
        log.warn("{}: no room for its algorithm on {} any more", pair.host, pair.node);
        lose(pair, new AllocationEnd(Cause.UNPLACED, 0, pair.node.toString()));
      } else if (pair.stage == Pair.Stage.UNHELD && !now.isBefore(pair.unheldUntil)) {
        nodes.release(pair.algorithm.getId());
        askAgain(pair, "it would expire");
      }
    }
    addresses.ask(now);
  }

  /** The pair's algorithm container, for any thread. */
  Optional<AlgorithmContainer> view(String allocation) {
    return pairs.view(allocation);
  }

  /** In which its algorithm runs, or ran; for any thread. */
  String container(String allocation) {
    return pairs.container(allocation);
  }
}
