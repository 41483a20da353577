package dev.heddle.am.yarn;

import dev.heddle.am.supervisor.AllocationEnd;
import dev.heddle.am.supervisor.AllocationEnd.Cause;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.apache.hadoop.yarn.api.records.ContainerStatus;

/** What YARN's container exit statuses mean, once. */
final class ExitCauses {
  private static final int DETAIL_LIMIT = 300;

  private ExitCauses() {}

  static AllocationEnd of(ContainerStatus status) {
    return new AllocationEnd(
        cause(status.getExitStatus()),
        Math.max(0, status.getExitStatus()),
        firstLine(status.getDiagnostics()));
  }

  static Cause cause(int exitStatus) {
    return switch (exitStatus) {
      case ContainerExitStatus.KILLED_EXCEEDED_PMEM, ContainerExitStatus.KILLED_EXCEEDED_VMEM ->
          Cause.OUT_OF_MEMORY;
      case ContainerExitStatus.PREEMPTED -> Cause.PREEMPTED;
      case ContainerExitStatus.ABORTED -> Cause.NODE_LOST;
      case ContainerExitStatus.DISKS_FAILED -> Cause.DISK_FAILED;
      case ContainerExitStatus.KILLED_BY_APPMASTER,
          ContainerExitStatus.KILLED_AFTER_APP_COMPLETION ->
          Cause.RELEASED;
      case ContainerExitStatus.KILLED_BY_RESOURCEMANAGER,
          ContainerExitStatus.KILLED_BY_CONTAINER_SCHEDULER,
          ContainerExitStatus.KILLED_FOR_EXCESS_LOGS ->
          Cause.KILLED;
      case ContainerExitStatus.INVALID -> Cause.LAUNCH_FAILED;
      default -> Cause.EXITED;
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
