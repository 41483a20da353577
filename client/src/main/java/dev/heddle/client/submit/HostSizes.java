package dev.heddle.client.submit;

import dev.heddle.am.launch.HostShape;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.util.List;
import java.util.stream.Stream;

/** What one host of each instance type of a request takes from a node, its agent counted in. */
public final class HostSizes {
  private HostSizes() {}

  /**
   * One instance type of the request.
   *
   * @param size of the whole host
   * @param container the larger of its containers, where the algorithm and the agent have two
   */
  record HostSize(InstanceType type, Size size, Size container) {}

  static List<HostSize> of(TrainingJobRequest request, Settings settings) {
    InstanceTypes types = InstanceTypes.load(settings);
    long agent = settings.number(Setting.AGENT_MEMORY);
    boolean paired = request.imageKind() == ImageKind.DOCKER;
    Stream<String> names =
        request.resourceConfig().instanceGroups().isEmpty()
            ? Stream.of(request.resourceConfig().instanceType())
            : request.resourceConfig().instanceGroups().stream()
                .map(TrainingJobRequest.InstanceGroup::instanceType);
    return names
        .distinct()
        .map(name -> types.find(name).orElseThrow(() -> new IllegalArgumentException(name)))
        .map(type -> hostSize(type, agent, paired))
        .toList();
  }

  /** The one type that all hosts of the job have: instance groups are not supported yet. */
  public static HostShape shape(TrainingJobRequest request, Settings settings) {
    return HostShape.of(of(request, settings).get(0).type());
  }

  private static HostSize hostSize(InstanceType type, long agentMemoryMb, boolean paired) {
    Size whole =
        new Size(type.memoryMb() + agentMemoryMb, type.vcores() + (paired ? 1 : 0), type.gpus());
    return new HostSize(
        type, whole, paired ? new Size(type.memoryMb(), type.vcores(), type.gpus()) : whole);
  }
}
