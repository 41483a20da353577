package dev.heddle.am.rpc;

import java.time.Duration;

/** What answers heartbeats, without the network. */
public final class SimulatedServer {
  private SimulatedServer() {}

  public static AgentReplies replies(Desk desk, int hosts, Duration heartbeat) {
    return new AgentReplies(desk, new LogRelay(System::nanoTime), hosts, heartbeat);
  }
}
