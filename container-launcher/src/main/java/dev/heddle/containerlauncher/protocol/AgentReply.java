package dev.heddle.containerlauncher.protocol;

import java.time.Duration;
import java.util.List;

/**
 * The answer to a heartbeat.
 *
 * @param order the host's current order
 * @param logRequests what clients want to read now
 * @param interval until the next heartbeat
 */
public record AgentReply(Order order, List<LogRequest> logRequests, Duration interval) {
  public AgentReply {
    logRequests = List.copyOf(logRequests);
  }
}
