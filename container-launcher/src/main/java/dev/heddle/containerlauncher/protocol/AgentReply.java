package dev.heddle.containerlauncher.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a heartbeat.
 *
 * @param order the host's current order
 * @param logRequests what clients want to read now
 * @param interval until the next heartbeat
 * @param addresses of all hosts' algorithm containers, once all are known, on a network where they
 *     have addresses of their own, unless the agent has said that it knows them; else empty
 * @param container the host's algorithm container, where it has one of its own
 */
public record AgentReply(
    Order order,
    List<LogRequest> logRequests,
    Duration interval,
    List<Order.HostAddress> addresses,
    Optional<AlgorithmContainer> container) {
  public AgentReply {
    logRequests = List.copyOf(logRequests);
    addresses = HostList.of(addresses);
  }
}
