package dev.heddle.tests.docker;

import java.util.List;
import java.util.Optional;

/**
 * How a cluster's nodes run Docker containers.
 *
 * @param gpusPerNode 0 to 8 pretended GPUs; 0 brings no GPU plugin
 * @param gpuPlugin how containers get them
 * @param inspectRetries {@code docker.inspect.max.retries}: each costs an exit code of 0 three
 *     seconds; YARN's own default is 10
 * @param trustedRegistries images from elsewhere run without mounts and capabilities
 * @param networks that containers may ask for; the first is the default. Beyond {@code host} and
 *     {@code none} they are made, without a way out
 * @param controlGroup the engine's {@code --cgroup-parent}: absolute, containers get theirs below
 *     it
 */
public record DockerOptions(
    int gpusPerNode,
    GpuPlugin gpuPlugin,
    int inspectRetries,
    List<String> trustedRegistries,
    List<String> networks,
    Optional<String> controlGroup) {

  /** How YARN gives GPUs to Docker containers. */
  public enum GpuPlugin {
    /** By the runtime {@code nvidia} and {@code NVIDIA_VISIBLE_DEVICES}. */
    NVIDIA_DOCKER_V2("nvidia-docker-v2"),
    /** By devices and a volume that an HTTP server on the node names. */
    NVIDIA_DOCKER_V1("nvidia-docker-v1");

    private final String configured;

    GpuPlugin(String configured) {
      this.configured = configured;
    }

    String configured() {
      return configured;
    }
  }

  private static final int MOST_GPUS = 8;

  public DockerOptions {
    if (gpusPerNode < 0 || gpusPerNode > MOST_GPUS) {
      throw new IllegalArgumentException("a node has 0 to 8 GPUs, not " + gpusPerNode);
    }
    trustedRegistries = List.copyOf(trustedRegistries);
    networks = List.copyOf(networks);
  }

  /** No GPU, the registry {@code local} trusted, the networks {@code host} and {@code none}. */
  public static DockerOptions standard() {
    return new DockerOptions(
        0,
        GpuPlugin.NVIDIA_DOCKER_V2,
        1,
        List.of("local"),
        List.of("host", "none"),
        Optional.empty());
  }

  public DockerOptions gpusPerNode(int gpus) {
    return new DockerOptions(
        gpus, gpuPlugin, inspectRetries, trustedRegistries, networks, controlGroup);
  }

  public DockerOptions gpuPlugin(GpuPlugin plugin) {
    return new DockerOptions(
        gpusPerNode, plugin, inspectRetries, trustedRegistries, networks, controlGroup);
  }

  public DockerOptions inspectRetries(int retries) {
    return new DockerOptions(
        gpusPerNode, gpuPlugin, retries, trustedRegistries, networks, controlGroup);
  }

  public DockerOptions trustedRegistries(String... registries) {
    return new DockerOptions(
        gpusPerNode, gpuPlugin, inspectRetries, List.of(registries), networks, controlGroup);
  }

  public DockerOptions networks(String... names) {
    return new DockerOptions(
        gpusPerNode, gpuPlugin, inspectRetries, trustedRegistries, List.of(names), controlGroup);
  }

  public DockerOptions controlGroup(String parent) {
    return new DockerOptions(
        gpusPerNode, gpuPlugin, inspectRetries, trustedRegistries, networks, Optional.of(parent));
  }
}
