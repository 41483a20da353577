package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import java.util.Optional;

/** Tells what has befallen a host from what was seen of it. */
final class Failures {
  private static final Fault NO_ALGORITHM =
      new Fault(Fault.Blame.PLATFORM, "the agent ended without an algorithm");

  private Failures() {}

  /** Its allocation has ended. */
  static Failure of(Host host, AllocationEnd end) {
    return new Failure(
        FailureCause.of(end),
        host.name,
        host.allocation.node(),
        Reasons.lost(host, end),
        "its container " + end.describe());
  }

  /** Its algorithm runs no more; empty when that is well. */
  static Optional<Failure> of(JobPlan plan, Host host, AgentReport report) {
    if (report.fault().isPresent() || report.exit().isEmpty()) {
      Fault fault = report.fault().orElse(NO_ALGORITHM);
      return Optional.of(
          new Failure(
              FailureCause.of(fault),
              host.name,
              host.allocation.node(),
              Reasons.fault(host.name, fault),
              fault.message()));
    }
    AlgorithmExit exit = report.exit().get();
    if (exit.code() == 0) {
      return Optional.empty();
    }
    FailureCause cause = FailureCause.of(exit);
    return Optional.of(
        new Failure(
            cause,
            host.name,
            host.allocation.node(),
            cause == FailureCause.KILLED
                ? Reasons.killed(plan, host.name, exit)
                : Reasons.algorithm(plan, host.name, exit),
            "its algorithm ended with exit code " + exit.code()));
  }
}
