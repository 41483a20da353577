package dev.heddle.client.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container as it is to be made.
 *
 * @param name nobody else's on the engine
 * @param hostName what it calls itself, and by which others on its network find it
 * @param command what replaces the image's CMD
 * @param replacesEntrypoint whether the command stands in the place of the image's ENTRYPOINT, too
 * @param user {@code UID:GID}
 * @param temporaryFileSystems absolute paths that are memory of the container's own
 * @param network a network of the engine, or {@code none}
 * @param labels by which it is found again
 * @param limits empty for none
 * @param gpus the ids of the devices that it gets
 */
public record ContainerPlan(
    String name,
    String hostName,
    String image,
    List<String> command,
    boolean replacesEntrypoint,
    Map<String, String> environment,
    String user,
    List<Bind> binds,
    List<String> temporaryFileSystems,
    String network,
    Map<String, String> labels,
    Optional<Limits> limits,
    List<String> gpus) {
  public ContainerPlan {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    binds = List.copyOf(binds);
    temporaryFileSystems = List.copyOf(temporaryFileSystems);
    labels = Map.copyOf(labels);
    gpus = List.copyOf(gpus);
  }

  /**
   * A directory or file of this machine in the container.
   *
   * @param source absolute
   * @param target absolute
   */
  public record Bind(String source, String target, boolean readOnly) {}

  /**
   * What the container may use.
   *
   * @param memory bytes; there is no swap beyond
   * @param cpus more than 0
   */
  public record Limits(long memory, double cpus) {}
}
