package dev.heddle.am.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.pipemode.TreeSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of am/README.md. */
class FailureCauseTest {
  @ParameterizedTest
  @CsvSource({
    "OUT_OF_MEMORY, 0, OUT_OF_MEMORY",
    "EXCESS_LOGS, 0, ALGORITHM_ERROR",
    "PREEMPTED, 0, PREEMPTED",
    "NODE_LOST, 0, NODE_LOST",
    "SILENT, 0, NODE_LOST",
    "DISK_FAILED, 0, DISK_FAILED",
    "KILLED, 0, KILLED",
    "RELEASED, 0, KILLED",
    "LAUNCH_FAILED, 0, PLATFORM_ERROR",
    "UNPLACED, 0, PLATFORM_ERROR",
    "OUTDATED, 0, PLATFORM_ERROR",
    "EXITED, 137, KILLED",
    "EXITED, 143, KILLED",
    "EXITED, 70, PLATFORM_ERROR",
    "EXITED, 81, PLATFORM_ERROR",
    "EXITED, 0, PLATFORM_ERROR",
  })
  void theEndOfAnAllocationHasOneCause(Cause cause, int code, FailureCause expected) {
    assertEquals(expected, FailureCause.of(new AllocationEnd(cause, code, "")));
  }

  @ParameterizedTest
  @EnumSource
  void everyEndOfAnAllocationHasACause(Cause cause) {
    FailureCause failure = FailureCause.of(new AllocationEnd(cause, 1, ""));
    assertEquals(failure.sentence(), failure.sentence().strip());
  }

  @ParameterizedTest
  @CsvSource({
    "ALGORITHM, ALGORITHM_ERROR",
    "CLIENT, CLIENT_ERROR",
    "CAPACITY, CLIENT_ERROR",
    "PLATFORM, PLATFORM_ERROR",
  })
  void aFaultOfAnAgentsHasTheCauseOfItsBlame(Blame blame, FailureCause expected) {
    assertEquals(expected, FailureCause.of(new Fault(blame, "")));
  }

  @Test
  void aFaultThatTheAlgorithmsMemoryBroughtAboutIsThat() {
    assertEquals(FailureCause.OUT_OF_MEMORY, FailureCause.of(new Fault(Blame.ALGORITHM, "", true)));
  }

  @Test
  void anExitIsTheAlgorithmsUnlessSomebodyElseKilledIt() {
    assertEquals(FailureCause.ALGORITHM_ERROR, FailureCause.of(exit(1, false)));
    assertEquals(FailureCause.ALGORITHM_ERROR, FailureCause.of(exit(137, false)));
    assertEquals(FailureCause.KILLED, FailureCause.of(exit(137, true)));
  }

  @Test
  void aKillThatNobodyExplainsMayHaveBeenForMemory() {
    String reason = Reasons.killed(Plans.of(2, FaultPolicy.JOB, 0, 0), "algo-2", exit(137, true));
    assertTrue(reason.startsWith("InternalServerError: the algorithm was killed from"), reason);
    assertTrue(reason.contains("more memory than its host may have"), reason);
    assertTrue(reason.contains("larger instance type"), reason);
  }

  private static AlgorithmExit exit(int code, boolean killed) {
    return new AlgorithmExit(code, false, "", "", killed, TreeSize.EMPTY, TreeSize.EMPTY);
  }

  @ParameterizedTest
  @CsvSource({
    "ALGORITHM_ERROR, ALGORITHM, ALGORITHM, false",
    "OUT_OF_MEMORY, ALGORITHM, ALGORITHM, false",
    "PREEMPTED, PLATFORM, PREEMPTION, false",
    "NODE_LOST, PLATFORM, PLATFORM, true",
    "DISK_FAILED, PLATFORM, PLATFORM, true",
    "KILLED, PLATFORM, PLATFORM, false",
    "CLIENT_ERROR, CLIENT, NONE, false",
    "PLATFORM_ERROR, PLATFORM, PLATFORM, true",
  })
  void theCauseDecidesWhatFollows(
      FailureCause cause, Blame blame, FailureCause.Budget budget, boolean nodeSuspect) {
    assertEquals(blame, cause.blame());
    assertEquals(budget, cause.budget());
    assertEquals(nodeSuspect, cause.nodeSuspect());
  }
}
