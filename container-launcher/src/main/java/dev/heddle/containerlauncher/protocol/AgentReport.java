package dev.heddle.containerlauncher.protocol;

import dev.heddle.pipemode.ArchiveSlice;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One heartbeat of an agent: all it has to say, every time, so that a lost one loses nothing.
 *
 * @param host {@code algo-K}
 * @param containerId the id of the allocation that the agent serves
 * @param attempt the attempt it works on, from 1
 * @param orderDone the number of the last order that is fully carried out; 0 before the first
 * @param exit present from {@link AgentPhase#SAVING} on when the algorithm had been started
 * @param fault present when preparation or an upload failed for good
 * @param slices what the last upload order brought, by archive name; empty before
 * @param metrics the latest value of each metric definition seen on this host
 * @param logs answers to log requests
 * @param addressesMark {@link HostList#mark} of the addresses that it has last been told; empty
 *     before
 */
public record AgentReport(
    String host,
    String containerId,
    int attempt,
    long orderDone,
    AgentPhase phase,
    Progress progress,
    Optional<AlgorithmExit> exit,
    Optional<Fault> fault,
    Map<String, ArchiveSlice> slices,
    List<MetricValue> metrics,
    List<LogChunk> logs,
    String addressesMark) {
  public AgentReport {
    slices = Map.copyOf(slices);
    metrics = List.copyOf(metrics);
    logs = List.copyOf(logs);
  }

  /** Of an agent that has been told no addresses. */
  public AgentReport(
      String host,
      String containerId,
      int attempt,
      long orderDone,
      AgentPhase phase,
      Progress progress,
      Optional<AlgorithmExit> exit,
      Optional<Fault> fault,
      Map<String, ArchiveSlice> slices,
      List<MetricValue> metrics,
      List<LogChunk> logs) {
    this(
        host,
        containerId,
        attempt,
        orderDone,
        phase,
        progress,
        exit,
        fault,
        slices,
        metrics,
        logs,
        "");
  }

  /** The same, or this one where there are none. */
  public AgentReport withoutLogs() {
    return logs.isEmpty()
        ? this
        : new AgentReport(
            host,
            containerId,
            attempt,
            orderDone,
            phase,
            progress,
            exit,
            fault,
            slices,
            metrics,
            List.of(),
            addressesMark);
  }
}
