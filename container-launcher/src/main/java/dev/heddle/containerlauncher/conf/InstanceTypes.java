package dev.heddle.containerlauncher.conf;

import java.util.Map;
import java.util.Optional;

/**
 * What one host of each instance type is on this cluster ({@code conf/instance-types.json}, and the
 * administrator's own file where {@code heddle.instance-types} names one).
 */
public final class InstanceTypes {
  private final Map<String, InstanceType> types;

  InstanceTypes(Map<String, InstanceType> types) {
    this.types = Map.copyOf(types);
  }

  /**
   * @param memoryMb MiB
   * @param nodeLabel empty for any node
   */
  public record InstanceType(
      String name, long memoryMb, int vcores, int gpus, Optional<String> nodeLabel) {}

  public Optional<InstanceType> find(String name) {
    return Optional.ofNullable(types.get(name));
  }

  public Map<String, InstanceType> all() {
    return types;
  }

  /**
   * @throws IllegalArgumentException naming the file and the entry that is wrong
   */
  public static InstanceTypes load(Settings settings) {
    throw new UnsupportedOperationException("being written: " + settings);
  }
}
