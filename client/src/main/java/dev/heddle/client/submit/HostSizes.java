package dev.heddle.client.submit;

import dev.heddle.am.launch.HostShape;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.util.List;
import java.util.stream.Stream;

/** What one host of each instance type of a request takes from a node, its agent counted in. */
final class HostSizes {
  private HostSizes() {}

  /** One instance type of the request. */
  record HostSize(InstanceType type, Size size) {}

  static List<HostSize> of(TrainingJobRequest request, Settings settings) {
    InstanceTypes types = InstanceTypes.load(settings);
    long agent = settings.number(Setting.AGENT_MEMORY);
    Stream<String> names =
        request.resourceConfig().instanceGroups().isEmpty()
            ? Stream.of(request.resourceConfig().instanceType())
            : request.resourceConfig().instanceGroups().stream()
                .map(TrainingJobRequest.InstanceGroup::instanceType);
    return names
        .distinct()
        .map(name -> types.find(name).orElseThrow(() -> new IllegalArgumentException(name)))
        .map(type -> new HostSize(type, size(type, agent)))
        .toList();
  }

  /** The one type that all hosts of the job have: instance groups are not supported yet. */
  static HostShape shape(TrainingJobRequest request, Settings settings) {
    return HostShape.of(of(request, settings).get(0).type());
  }

  private static Size size(InstanceType type, long agentMemoryMb) {
    return new Size(type.memoryMb() + agentMemoryMb, type.vcores(), type.gpus());
  }
}
