package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Progress;
import java.util.List;
import java.util.Optional;

/**
 * What can be told of a host.
 *
 * @param attempt that it works on
 * @param suspect whether its agent has been silent for a while
 * @param ended whether its allocation has ended
 */
public record HostView(
    String name,
    String node,
    String container,
    int attempt,
    AgentPhase phase,
    Progress progress,
    Optional<AlgorithmExit> exit,
    List<MetricValue> metrics,
    boolean suspect,
    boolean ended) {
  public HostView {
    metrics = List.copyOf(metrics);
  }
}
