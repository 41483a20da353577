package dev.heddle.am;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.TreeSize;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What the ApplicationMaster sees of one host. */
final class SimulatedAgent {
  private static final int DOWNLOAD_SECONDS = 20;

  final String allocation;
  final String host;
  private final Duration training;
  private final Random random;
  private AgentPhase phase = AgentPhase.PREPARING;
  private Optional<AlgorithmExit> exit = Optional.empty();
  private Instant until;
  private int attempt = 1;
  private long taken;
  private long done;
  private boolean left;

  SimulatedAgent(
      String allocation, String host, int attempt, Duration training, Random random, Instant now) {
    this.allocation = allocation;
    this.host = host;
    this.attempt = attempt;
    this.training = training;
    this.random = random;
    this.until = now.plusSeconds(1 + random.nextInt(DOWNLOAD_SECONDS));
  }

  boolean left() {
    return left;
  }

  AgentPhase phase() {
    return phase;
  }

  AgentReport report(Instant now) {
    if (phase == AgentPhase.PREPARING && now.isAfter(until)) {
      phase = AgentPhase.READY;
    } else if (phase == AgentPhase.RUNNING && now.isAfter(until)) {
      end(0, false);
    }
    return new AgentReport(
        host,
        allocation,
        attempt,
        done,
        phase,
        Progress.NONE,
        exit,
        Optional.empty(),
        Map.of(),
        List.of(),
        List.of());
  }

  private void end(int code, boolean stopped) {
    phase = AgentPhase.EXITED;
    exit =
        Optional.of(
            new AlgorithmExit(code, stopped, "", "", false, TreeSize.EMPTY, TreeSize.EMPTY));
  }

  void take(AgentReply reply, Instant now) {
    Order order = reply.order();
    if (order.number() <= taken) {
      return;
    }
    taken = order.number();
    done = taken;
    if (order instanceof Order.Prepare prepare && prepare.attempt() > attempt) {
      attempt = prepare.attempt();
      phase = AgentPhase.PREPARING;
      exit = Optional.empty();
      until = now.plusSeconds(1 + random.nextInt(DOWNLOAD_SECONDS));
    } else if (order instanceof Order.Start) {
      phase = AgentPhase.RUNNING;
      until = now.plus(training);
    } else if (order instanceof Order.Halt) {
      end(143, true);
    } else if (order instanceof Order.Leave) {
      left = true;
    }
  }
}
