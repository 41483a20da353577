package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.Order;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What an agent's heartbeat is answered with, and when the next one is to come. */
public final class AgentReplies {
  /** How many fast heartbeats go into the pause of an agent that only listens. */
  private static final int ATTENTIVE = 4;

  /** And while its algorithm trains, which pays for them with its speed. */
  private static final int IN_TRAINING = 10;

  private final Desk desk;
  private final LogRelay relay;
  private final Duration fast;
  private final Duration slow;

  /**
   * @param hosts of the job, which agents' heartbeats slow down with
   * @param heartbeat of an agent while nothing is pending
   */
  AgentReplies(Desk desk, LogRelay relay, int hosts, Duration heartbeat) {
    this.desk = desk;
    this.relay = relay;
    // The master hears at most some two thousand heartbeats a second, however many the hosts.
    this.fast = Duration.ofMillis(Math.max(50, hosts / 2));
    this.slow = heartbeat.compareTo(fast) < 0 ? fast : heartbeat;
  }

  /**
   * @throws IOException when the report's container is no host of the job any more
   */
  public AgentReply to(AgentReport report) throws IOException {
    relay.answer(report.host(), report.logs());
    Order order = desk.report(report);
    HostList addresses = HostList.of(desk.addresses());
    return new AgentReply(
        report.orderDone() >= order.number() ? reminder(order) : order,
        relay.requestsFor(report.host()),
        interval(report),
        addresses.mark().equals(report.addressesMark()) ? HostList.NONE : addresses,
        desk.algorithm(report.containerId()));
  }

  /** Who has carried the order out needs its number alone, and not the list of all hosts. */
  private static Order reminder(Order order) {
    return order instanceof Order.Start start
        ? new Order.Start(start.number(), List.of(), start.networkInterface())
        : order;
  }

  /** Soon where the agent waits for a word, or somebody waits for its log. */
  private Duration interval(AgentReport report) {
    boolean waits =
        report.phase() == AgentPhase.READY
            || report.phase() == AgentPhase.EXITED
            || report.phase() == AgentPhase.UPLOADED;
    if (waits || relay.interest(report.host())) {
      return fast;
    }
    // It hears from here alone how its algorithm's container ends.
    boolean listens = desk.algorithm(report.containerId()).isPresent();
    Duration attentive =
        fast.multipliedBy(report.phase() == AgentPhase.RUNNING ? IN_TRAINING : ATTENTIVE);
    return listens && attentive.compareTo(slow) < 0 ? attentive : slow;
  }
}
