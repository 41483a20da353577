package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.FailureReason;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.util.Locale;

/** The texts of a FailureReason: class prefix, cause, host and the place to look. */
final class Reasons {
  private Reasons() {}

  static String tooFewNodes(JobPlan plan, int nodes) {
    return compose(
        Blame.CAPACITY,
        String.format(
            Locale.ROOT,
            "the job asks for %d hosts of %s, one to a node, and the cluster has %d node%s. Ask"
                + " for fewer hosts, or set heddle.placement=pack.",
            plan.hosts(),
            plan.hostDescription(),
            nodes,
            nodes == 1 ? "" : "s"),
        "");
  }

  static String fault(String host, Fault fault) {
    return compose(fault.blame(), fault.message(), host.isEmpty() ? "" : " (" + host + ")");
  }

  static String platform(String message) {
    return compose(Blame.PLATFORM, message, "");
  }

  static String algorithm(JobPlan plan, String host, AlgorithmExit exit) {
    String remark = exit.remark().isEmpty() ? "" : exit.remark() + "; ";
    String logs = remark + seeLogs(plan, host);
    if (!exit.failureText().isBlank()) {
      return compose(
          Blame.ALGORITHM,
          exit.failureText().strip(),
          " (" + host + ", exit code " + exit.code() + "; " + logs + ")");
    }
    return compose(
        Blame.ALGORITHM,
        "Exit Code: " + exit.code(),
        " (" + host + signal(exit.code()) + "; it wrote no failure file; " + logs + ")");
  }

  /** A SIGKILL that neither the job nor the NodeManager explains; of its kernel's it is silent. */
  static String killed(JobPlan plan, String host, AlgorithmExit exit) {
    return compose(
        Blame.PLATFORM,
        "the algorithm was killed from outside (SIGKILL), by somebody on the node or by its kernel,"
            + " where it used more memory than its host may have or the node has left: if it needs"
            + " much memory, choose a larger instance type",
        " (" + host + ", exit code " + exit.code() + "; " + seeLogs(plan, host) + ")");
  }

  private static String seeLogs(JobPlan plan, String host) {
    return "see: " + plan.logs().formatted(host);
  }

  /** The reason with a sentence more behind it, as far as there is room. */
  static String with(String reason, String more) {
    if (more.isEmpty() || reason.length() + 1 + more.length() > FailureReason.MAX_LENGTH) {
      return reason;
    }
    return reason + " " + more.strip();
  }

  static String lost(Host host, AllocationEnd end) {
    if (end.cause() == AllocationEnd.Cause.OUT_OF_MEMORY) {
      return compose(
          Blame.ALGORITHM,
          host.name
              + " used more memory than its instance type has and was killed. Choose a larger"
              + " instance type, or use less memory. "
              + end.detail(),
          "");
    }
    if (end.cause() == AllocationEnd.Cause.EXCESS_LOGS) {
      return compose(
          Blame.ALGORITHM,
          host.name
              + " wrote more log than the cluster allows and was killed. Have the algorithm print"
              + " less. "
              + end.detail(),
          "");
    }
    return compose(
        Blame.PLATFORM,
        "We encountered an internal error. Please try again. "
            + host.name
            + " on "
            + host.allocation.node()
            + " "
            + end.describe(),
        "");
  }

  private static String signal(int code) {
    return switch (code) {
      case 128 + 6 -> ", ended by SIGABRT";
      case 128 + 9 -> ", ended by SIGKILL";
      case 128 + 11 -> ", ended by SIGSEGV";
      case 128 + 15 -> ", ended by SIGTERM";
      default -> "";
    };
  }

  /** Cuts the text, never the place to look. */
  private static String compose(Blame blame, String text, String suffix) {
    int room = FailureReason.MAX_LENGTH - blame.prefix().length() - 2 - suffix.length();
    String kept = text;
    if (text.length() > room) {
      int cut = Character.isHighSurrogate(text.charAt(room - 1)) ? room - 1 : room;
      kept = text.substring(0, cut);
    }
    return new FailureReason(blame, kept + suffix).toString();
  }
}
