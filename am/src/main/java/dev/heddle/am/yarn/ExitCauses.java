package dev.heddle.am.yarn;

import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.apache.hadoop.yarn.api.records.ContainerStatus;

/** What YARN's container exit statuses mean, once. */
final class ExitCauses {
  private static final String OUTDATED = "rejected as it is allocated by a previous RM";
  private static final int DETAIL_LIMIT = 300;
  private static final int FULL_LIMIT = 8192;

  private ExitCauses() {}

  static AllocationEnd of(ContainerStatus status) {
    return new AllocationEnd(
        cause(status.getExitStatus()),
        Math.max(0, status.getExitStatus()),
        firstLine(status.getDiagnostics()));
  }

  /** With all that the cluster said, which may be many lines. */
  static AllocationEnd inFull(ContainerStatus status) {
    String said = status.getDiagnostics() == null ? "" : status.getDiagnostics();
    return new AllocationEnd(
        cause(status.getExitStatus()),
        Math.max(0, status.getExitStatus()),
        said.length() > FULL_LIMIT ? said.substring(0, FULL_LIMIT) : said);
  }

  /**
   * A container that was not started.
   *
   * @param why in its NodeManager's words
   */
  static AllocationEnd notStarted(String why) {
    Cause cause = why.contains(OUTDATED) ? Cause.OUTDATED : Cause.LAUNCH_FAILED;
    return new AllocationEnd(cause, 0, why);
  }

  static Cause cause(int exitStatus) {
    return switch (exitStatus) {
      case ContainerExitStatus.KILLED_EXCEEDED_PMEM, ContainerExitStatus.KILLED_EXCEEDED_VMEM ->
          Cause.OUT_OF_MEMORY;
      case ContainerExitStatus.PREEMPTED, ContainerExitStatus.KILLED_BY_CONTAINER_SCHEDULER ->
          Cause.PREEMPTED;
      case ContainerExitStatus.ABORTED -> Cause.NODE_LOST;
      case ContainerExitStatus.DISKS_FAILED -> Cause.DISK_FAILED;
      case ContainerExitStatus.KILLED_BY_APPMASTER,
          ContainerExitStatus.KILLED_AFTER_APP_COMPLETION ->
          Cause.RELEASED;
      case ContainerExitStatus.KILLED_BY_RESOURCEMANAGER -> Cause.KILLED;
      case ContainerExitStatus.KILLED_FOR_EXCESS_LOGS -> Cause.EXCESS_LOGS;
      // A NodeManager has -1 for what it could not start; no process ends with less than 0.
      default -> exitStatus < 0 ? Cause.LAUNCH_FAILED : Cause.EXITED;
    };
  }

  static String firstLine(String diagnostics) {
    if (diagnostics == null) {
      return "";
    }
    String line =
        diagnostics.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
    return line.length() > DETAIL_LIMIT ? line.substring(0, DETAIL_LIMIT) : line;
  }
}
