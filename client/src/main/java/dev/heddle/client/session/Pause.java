package dev.heddle.client.session;

import java.time.Duration;

/** Waiting, as something that tests can watch. */
@FunctionalInterface
public interface Pause {
  /**
   * @throws InterruptedException when the user gives up waiting
   */
  void pause(Duration time) throws InterruptedException;
}
