package dev.heddle.containerlauncher.job;

import dev.heddle.containerlauncher.conf.InstanceTypes;
import java.util.List;
import java.util.Optional;

/** The hosts that the job asks for exist on this cluster. */
final class HostRule implements CrossFieldRule {
  private static final List<String> ALTERNATIVES = List.of("InstanceGroups", "InstancePreferences");

  private final FieldTable table;
  private final Optional<InstanceTypes> instanceTypes;

  /**
   * @param instanceTypes empty: any name will do
   */
  HostRule(FieldTable table, Optional<InstanceTypes> instanceTypes) {
    this.table = table;
    this.instanceTypes = instanceTypes;
  }

  @Override
  public void check(Located request, FaultList faults) {
    Located resources = request.member("ResourceConfig");
    if (!resources.json().isObject()) {
      return;
    }
    if (ALTERNATIVES.stream().allMatch(name -> resources.member(name).json().isEmpty())) {
      mustBeGiven(resources, "InstanceType", faults);
      mustBeGiven(resources, "InstanceCount", faults);
    }
    Located type = resources.member("InstanceType");
    if (!faults.has(type)) {
      type.text().flatMap(this::unknown).ifPresent(message -> faults.add(type, message));
    }
    Located encrypted = request.member("EnableInterContainerTrafficEncryption");
    if (encrypted.isTrue() && resources.member("InstanceCount").number().orElse(1L) > 1) {
      faults.add(
          encrypted,
          "not supported: EnableInterContainerTrafficEncryption with more than one host; leave it"
              + " out or write false");
    }
  }

  private void mustBeGiven(Located resources, String name, FaultList faults) {
    Located member = resources.member(name);
    if (!member.present() && !faults.has(member)) {
      faults.add(member, ShapeCheck.missing(table.find("ResourceConfig." + name).orElseThrow()));
    }
  }

  private Optional<String> unknown(String name) {
    if (instanceTypes.isEmpty() || instanceTypes.get().find(name).isPresent()) {
      return Optional.empty();
    }
    String message = "unknown instance type " + Quoted.of(name);
    if (name.matches("(ml\\.)?(trn|inf).*")) {
      return Optional.of(
          message
              + ": hosts with AWS Trainium or Inferentia chips are left out, take one with GPUs");
    }
    return Optional.of(
        message
            + instanceTypes
                .get()
                .nearest(name)
                .map(near -> ": did you mean " + Quoted.of(near) + "?")
                .orElse(": an administrator can add it to the file of heddle.instance-types"));
  }
}
