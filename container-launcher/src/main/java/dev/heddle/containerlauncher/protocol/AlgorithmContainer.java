package dev.heddle.containerlauncher.protocol;

import java.util.Optional;

/**
 * A host's algorithm container as the ApplicationMaster knows it; told with every heartbeat.
 *
 * @param id the YARN container's id
 * @param attempt the last attempt that its algorithm was to run for; 0 before the first
 * @param started whether its NodeManager has taken the order to run the algorithm in it
 * @param address the container's own, once it is known, on a network where it has one
 * @param end present when it has ended, or could not be started, in that attempt
 */
public record AlgorithmContainer(
    String id,
    int attempt,
    boolean started,
    Optional<String> address,
    Optional<AllocationEnd> end) {}
