package dev.heddle.am.yarn;

import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.yarn.api.records.Resource;

/**
 * The containers that one host takes.
 *
 * @param main the algorithm's container, or the only one
 * @param agent the agent's own container, where the algorithm has another one
 * @param nodeLabel of every node; empty for any
 * @param spread at most one host on a node
 * @param placement how long an agent may wait for its place
 */
public record HostContainers(
    Resource main,
    Optional<Resource> agent,
    Optional<String> nodeLabel,
    boolean spread,
    Duration placement) {}
