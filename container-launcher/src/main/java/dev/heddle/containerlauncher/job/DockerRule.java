package dev.heddle.containerlauncher.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a Docker image's container can be given through YARN. Its runtime cuts a launch command at
 * the first {@code =} or {@code #} and at commas, an environment variable at a line break, and
 * replaces its own placeholders in both (org.apache.hadoop.yarn.api.ApplicationConstants).
 */
final class DockerRule implements CrossFieldRule {
  private static final List<String> PLACEHOLDERS = List.of("{{", "}}", "<LOG_DIR>", "<CPS>");
  private static final String YARNS_OWN = "YARN_CONTAINER_RUNTIME_";

  @Override
  public void check(Located request, FaultList faults) {
    Located algorithm = request.member("AlgorithmSpecification");
    Located isolation = request.member("EnableNetworkIsolation");
    Optional<String> image = algorithm.member("TrainingImage").text();
    if (image.isEmpty() || faults.has(algorithm.member("TrainingImage"))) {
      return;
    }
    if (ImageKind.of(image.get()) == ImageKind.FILES) {
      if (isolation.isTrue()) {
        faults.add(
            isolation,
            "not supported: EnableNetworkIsolation of an algorithm that is no Docker image; leave"
                + " it out, or name a Docker image");
      }
      return;
    }
    checkCommand(algorithm.member("ContainerEntrypoint"), faults);
    checkCommand(algorithm.member("ContainerArguments"), faults);
    checkEnvironment(request.member("Environment"), faults);
  }

  private static void checkCommand(Located line, FaultList faults) {
    for (Located argument : line.elements()) {
      argument
          .text()
          .flatMap(text -> found(text, List.of("=", ",", "#", "{{", "}}", "<LOG_DIR>", "<CPS>")))
          .ifPresent(
              what ->
                  faults.add(
                      argument,
                      "has "
                          + Quoted.of(what)
                          + ", where YARN's Docker runtime cuts or changes a command: pass it as a"
                          + " hyperparameter or in Environment"));
    }
  }

  private static void checkEnvironment(Located environment, FaultList faults) {
    for (Map.Entry<String, Located> variable : environment.members()) {
      Located value = variable.getValue();
      if (variable.getKey().startsWith(YARNS_OWN)) {
        faults.add(value, "is a variable by which YARN itself is told things: leave it out");
      } else if (value.text().isPresent() && value.text().get().matches("(?s).*[\r\n].*")) {
        faults.add(
            value,
            "has a line break, at which YARN's Docker runtime cuts it: pass it as a hyperparameter"
                + " or in a channel");
      } else {
        value
            .text()
            .flatMap(text -> found(text, PLACEHOLDERS))
            .ifPresent(
                what ->
                    faults.add(
                        value,
                        "has "
                            + Quoted.of(what)
                            + ", which YARN replaces: put a space between, or pass it as a"
                            + " hyperparameter"));
      }
    }
  }

  private static Optional<String> found(String text, List<String> parts) {
    return parts.stream().filter(text::contains).findFirst();
  }
}
