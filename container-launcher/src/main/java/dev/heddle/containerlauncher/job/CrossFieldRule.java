package dev.heddle.containerlauncher.job;

/**
 * A rule about several values at once. It runs after each value was checked by itself, and says
 * nothing of those that were found wrong already.
 */
interface CrossFieldRule {
  /**
   * @param request any JSON at all: a rule takes what isn't there, or isn't of its type, for absent
   */
  void check(Located request, FaultList faults);
}
