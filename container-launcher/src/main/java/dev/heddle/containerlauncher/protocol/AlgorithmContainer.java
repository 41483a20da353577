package dev.heddle.containerlauncher.protocol;

import java.util.Optional;

/**
 * A host's algorithm container as the ApplicationMaster knows it; told with every heartbeat.
 *
 * @param id the YARN container's id
 * @param started whether its NodeManager has taken the order to run the algorithm in it
 * @param address the container's own, once it is known, on a network where it has one
 * @param end present when it has ended, or could not be started; then for good
 */
public record AlgorithmContainer(
    String id, boolean started, Optional<String> address, Optional<AllocationEnd> end) {}
