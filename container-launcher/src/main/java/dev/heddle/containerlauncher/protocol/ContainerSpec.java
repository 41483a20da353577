package dev.heddle.containerlauncher.protocol;

import java.util.List;
import java.util.Map;

/**
 * The algorithm container that a host's agent wants to have run: {@code docker run IMAGE COMMAND}
 * in a world that the agent has laid out.
 *
 * @param image as the request has it
 * @param command what replaces the image's CMD; its ENTRYPOINT stays
 * @param environment the contract's variables; no secret
 * @param mounts directories and files of the node
 * @param temporaryFileSystems absolute paths that are memory of the container's own
 * @param network the Docker network: {@code host}, {@code none} or one that the nodes have
 */
public record ContainerSpec(
    String image,
    List<String> command,
    Map<String, String> environment,
    List<Mount> mounts,
    List<String> temporaryFileSystems,
    String network) {
  public ContainerSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    mounts = List.copyOf(mounts);
    temporaryFileSystems = List.copyOf(temporaryFileSystems);
  }

  /**
   * A writable bind mount.
   *
   * @param source an absolute path of the node, which exists
   * @param target an absolute path in the container
   */
  public record Mount(String source, String target) {}
}
