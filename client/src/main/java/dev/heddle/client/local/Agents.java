package dev.heddle.client.local;

import java.io.IOException;

/** Starts agents. */
@FunctionalInterface
interface Agents {
  /**
   * @param allocation whom it serves
   * @throws IOException when it can't be started
   */
  AgentProcess start(String allocation, String host) throws IOException;
}
