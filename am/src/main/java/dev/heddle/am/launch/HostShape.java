package dev.heddle.am.launch;

import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one host is on this cluster. The client looks the instance type up (the table may be a file
 * of its own) and the ApplicationMaster finds the answer among the job's settings.
 *
 * @param instanceType its name
 * @param memoryMb the algorithm's memory, MiB
 * @param nodeLabel empty for any node
 */
public record HostShape(
    String instanceType, long memoryMb, int vcores, int gpus, Optional<String> nodeLabel) {
  private static final String PREFIX = "heddle.host.";

  public static HostShape of(InstanceType type) {
    return new HostShape(
        type.name(), type.memoryMb(), type.vcores(), type.gpus(), type.nodeLabel());
  }

  /** The settings with this shape among them. */
  public Settings addTo(Settings settings) {
    Map<String, String> all = new TreeMap<>(settings.values());
    all.put(PREFIX + "instance-type", instanceType);
    all.put(PREFIX + "memory-mb", Long.toString(memoryMb));
    all.put(PREFIX + "vcores", Integer.toString(vcores));
    all.put(PREFIX + "gpus", Integer.toString(gpus));
    nodeLabel.ifPresent(label -> all.put(PREFIX + "node-label", label));
    return new Settings(all);
  }

  /** Reads back what {@link #addTo} wrote. */
  public static HostShape from(Settings settings) {
    Map<String, String> all = settings.values();
    return new HostShape(
        all.get(PREFIX + "instance-type"),
        Long.parseLong(all.get(PREFIX + "memory-mb")),
        Integer.parseInt(all.get(PREFIX + "vcores")),
        Integer.parseInt(all.get(PREFIX + "gpus")),
        Optional.ofNullable(all.get(PREFIX + "node-label")));
  }

  /** The memory of a host's container: the algorithm's and the agent's, MiB. */
  public long containerMemoryMb(Settings settings) {
    return memoryMb + settings.number(Setting.AGENT_MEMORY);
  }

  /** For messages: {@code ml.m5.large (8192 MiB, 2 vcores)}. */
  public String describe() {
    return instanceType
        + " ("
        + memoryMb
        + " MiB, "
        + vcores
        + " vcores"
        + (gpus > 0 ? ", " + gpus + " GPUs" : "")
        + ")";
  }
}
