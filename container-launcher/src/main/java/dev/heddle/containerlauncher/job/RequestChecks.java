package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import java.util.List;
import java.util.Optional;

/**
 * Finds everything that is wrong with a CreateTrainingJob request, all at once: the shapes and
 * limits of the SageMaker API's model, what its documentation says about fields together, and what
 * Heddle does not support.
 */
public final class RequestChecks {
  private RequestChecks() {}

  /**
   * All faults of the request but that an instance type is unknown, in the order of the document;
   * empty when it can be run. A member that is null counts as absent.
   */
  public static List<JobFault> check(JsonNode request) {
    return faults(request, Optional.empty(), false).inOrder();
  }

  /** As {@link #check(JsonNode)}; an instance type that the cluster doesn't have is a fault too. */
  public static List<JobFault> check(JsonNode request, InstanceTypes instanceTypes) {
    return faults(request, Optional.of(instanceTypes), false).inOrder();
  }

  /**
   * @param localFiles whether a directory of this machine will do where S3 is written to
   */
  static FaultList faults(
      JsonNode request, Optional<InstanceTypes> instanceTypes, boolean localFiles) {
    FaultList faults = new FaultList();
    Located root = Located.root(request);
    FieldTable table = FieldTable.builtIn();
    new ShapeCheck(table, faults, localFiles).check(root);
    List<CrossFieldRule> rules =
        List.of(
            new AlgorithmRule(),
            new DockerRule(),
            new ChannelRule(localFiles),
            new CheckpointRule(),
            new HostRule(table, instanceTypes),
            new TimeRule(),
            new TagRule(),
            new ProfilerRule());
    rules.forEach(rule -> rule.check(root, faults));
    return faults;
  }
}
