package dev.heddle.client.doctor;

import dev.heddle.client.doctor.Finding.Status;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What one host's report means; the findings don't name the node. */
final class ContainerExam {
  private final DoctorPlan plan;
  private final Settings settings;

  ContainerExam(DoctorPlan plan, Settings settings) {
    this.plan = plan;
    this.settings = settings;
  }

  List<Finding> of(ContainerReport report) {
    List<Finding> all = new ArrayList<>();
    all.add(plan.image().isPresent() ? container(report) : process(report));
    if (plan.gpus() > 0 && plan.image().isPresent()) {
      all.add(gpus(report));
    }
    all.add(metadata(report));
    return all;
  }

  private Finding container(ContainerReport report) {
    if (!report.is("mounted") || !report.is("writable")) {
      return new Finding(
          "docker-mounts",
          Status.FAULT,
          "/opt/ml is "
              + (report.is("mounted") ? "mounted, and can't be written to" : "not mounted"),
          List.of(KnownFault.MOUNTS));
    }
    String interfaces = report.text("interfaces").map(names -> " (" + names + ")").orElse("");
    return ok(
        "docker",
        "a container ran"
            + user(report)
            + " with /opt/ml, network "
            + settings.require(Setting.DOCKER_NETWORK)
            + interfaces
            + shm(report));
  }

  private static Finding process(ContainerReport report) {
    String check = "process-runtime";
    if (!report.is("writable")) {
      return new Finding(check, Status.FAULT, "an algorithm can't write its output", List.of());
    }
    if (!report.is("mounted")) {
      return new Finding(
          check,
          Status.WARNING,
          "there are no namespaces for algorithms, which find their files by SAGEMAKER_BASE_DIR",
          List.of(
              "on every node: util-linux 2.36 or newer, sysctl user.max_user_namespaces greater"
                  + " than 0, and kernel.unprivileged_userns_clone = 1 where there is such a"
                  + " switch"));
    }
    return ok(
        check, "an algorithm ran" + user(report) + " with an /opt/ml of its own" + shm(report));
  }

  private static String user(ContainerReport report) {
    return report.text("uid").map(uid -> " as user " + uid).orElse("");
  }

  private static String shm(ContainerReport report) {
    return report.number("shm_kb").isPresent()
        ? ", /dev/shm of " + report.number("shm_kb").getAsLong() / 1024 + " MiB"
        : "";
  }

  private static Finding gpus(ContainerReport report) {
    Optional<String> given = report.text("gpus").filter(gpus -> !gpus.equals("void"));
    Optional<String> devices = report.text("gpu_devices");
    if (given.isEmpty() && devices.isEmpty()) {
      return new Finding(
          "docker-gpus",
          Status.FAULT,
          "the container got a GPU from YARN and sees none",
          KnownFault.GPUS);
    }
    return ok(
        "docker-gpus",
        "the container was given GPU "
            + given.orElse("?")
            + devices.map(names -> ", and has " + names).orElse(", and has no device of it"));
  }

  private Finding metadata(ContainerReport report) {
    String check = "metadata-service";
    List<String> reached = report.metadata("reached");
    if (MetadataService.of(settings).isEmpty()) {
      return skipped(check, "heddle.doctor.metadata-services is empty");
    }
    if (!reached.isEmpty()) {
      return new Finding(
          check,
          Status.WARNING,
          "an algorithm reaches "
              + addresses(reached)
              + ": whoever submits a job can take the credentials of the node",
          MetadataRemedies.of(settings));
    }
    if (!report.metadata("untried").isEmpty()) {
      return skipped(
          check,
          "the image has none of python3, perl, bash, curl and nc to ask with: name another one,"
              + " --image");
    }
    return ok(check, "out of an algorithm's reach: " + addresses(report.metadata("not-reached")));
  }

  private static Finding ok(String check, String message) {
    return new Finding(check, Status.OK, message, List.of());
  }

  private static Finding skipped(String check, String why) {
    return new Finding(check, Status.SKIPPED, why, List.of());
  }

  /**
   * @param services each HOST PORT
   */
  private static String addresses(List<String> services) {
    return services.stream()
        .map(service -> service.split(" ", 2))
        .map(parts -> new MetadataService(parts[0], Integer.parseInt(parts[1])).toString())
        .collect(Collectors.joining(", "));
  }
}
