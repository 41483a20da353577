package dev.heddle.client.local;

import dev.heddle.client.engine.ContainerPlan;
import dev.heddle.client.engine.ContainerPlan.Bind;
import dev.heddle.client.engine.ContainerPlan.Limits;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all algorithm containers of a run have alike.
 *
 * @param user {@code UID:GID}
 * @param replacesEntrypoint whether the request has a ContainerEntrypoint
 * @param binds what the user mounts beside the contract's
 * @param labels by which the run's containers are found again
 * @param gpus the ids of this machine's devices that a host may have, by the host's number from 1
 */
record Containers(
    String user,
    boolean replacesEntrypoint,
    List<Bind> binds,
    Map<String, String> labels,
    Optional<Limits> limits,
    GpuShares gpus) {

  /** The variable by which an agent finds the container's process, as on a cluster. */
  private static final String CONTAINER_ID = "HEDDLE_CONTAINER_ID";

  Containers {
    binds = List.copyOf(binds);
    labels = Map.copyOf(labels);
  }

  ContainerPlan plan(String name, String host, ContainerSpec spec) {
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.put(CONTAINER_ID, name);
    List<Bind> all = new ArrayList<>();
    spec.mounts().forEach(mount -> all.add(new Bind(mount.source(), mount.target(), false)));
    all.addAll(binds);
    return new ContainerPlan(
        name,
        host,
        spec.image(),
        spec.command(),
        replacesEntrypoint,
        environment,
        user,
        all,
        spec.temporaryFileSystems(),
        spec.network(),
        labels,
        limits,
        gpus.of(host));
  }
}
