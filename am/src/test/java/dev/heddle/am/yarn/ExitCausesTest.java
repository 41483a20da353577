package dev.heddle.am.yarn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCausesTest {
  private static final Map<String, Cause> TABLE =
      Map.ofEntries(
          Map.entry("SUCCESS", Cause.EXITED),
          Map.entry("INVALID", Cause.LAUNCH_FAILED),
          Map.entry("ABORTED", Cause.NODE_LOST),
          Map.entry("DISKS_FAILED", Cause.DISK_FAILED),
          Map.entry("PREEMPTED", Cause.PREEMPTED),
          Map.entry("KILLED_EXCEEDED_VMEM", Cause.OUT_OF_MEMORY),
          Map.entry("KILLED_EXCEEDED_PMEM", Cause.OUT_OF_MEMORY),
          Map.entry("KILLED_BY_APPMASTER", Cause.RELEASED),
          Map.entry("KILLED_BY_RESOURCEMANAGER", Cause.KILLED),
          Map.entry("KILLED_AFTER_APP_COMPLETION", Cause.RELEASED),
          Map.entry("KILLED_BY_CONTAINER_SCHEDULER", Cause.PREEMPTED),
          Map.entry("KILLED_FOR_EXCESS_LOGS", Cause.EXCESS_LOGS));

  @Test
  void everyExitStatusThatYarnHasIsInTheTable() throws IllegalAccessException {
    Map<String, Integer> statuses = new HashMap<>();
    for (Field field : ContainerExitStatus.class.getFields()) {
      statuses.put(field.getName(), field.getInt(null));
    }
    assertTrue(statuses.size() >= 12, "YARN's constants were found");
    assertEquals(TABLE.keySet(), statuses.keySet());
    statuses.forEach((name, value) -> assertEquals(TABLE.get(name), ExitCauses.cause(value), name));
  }

  @Test
  void whatAFormerResourceManagerGaveOutIsNotTheNodesFault() {
    String refusal =
        "Container container_1_1_01_000002 rejected as it is allocated by a previous RM";
    assertEquals(Cause.OUTDATED, ExitCauses.notStarted(refusal).cause());
    assertEquals(Cause.LAUNCH_FAILED, ExitCauses.notStarted("no space left on device").cause());
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "137", "143", "255"})
  void aProcessesOwnExitCodeIsAnExit(int code) {
    assertEquals(Cause.EXITED, ExitCauses.cause(code));
  }
}
