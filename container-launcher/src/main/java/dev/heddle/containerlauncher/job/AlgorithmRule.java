package dev.heddle.containerlauncher.job;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The algorithm can be found and started, and its metrics read. */
final class AlgorithmRule implements CrossFieldRule {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(/.*)");
  private static final Pattern OTHER_ARCHIVE = Pattern.compile(".*\\.(tgz|tar|zip|jar|tar\\.\\w+)");
  private static final String WANTED =
      "write a Docker image's name, or the file:, hdfs: or s3: address of a directory or .tar.gz"
          + " archive that holds an executable \"train\"";

  /** What DockerLinuxContainerRuntime takes; a digest may follow. */
  private static final Pattern DOCKER_IMAGE =
      Pattern.compile(
          "(([a-zA-Z0-9.-]+)(:\\d+)?/)?([a-z0-9_./-]+)(:[\\w.-]+)?(@sha256:[a-z0-9]{12,64})?");

  @Override
  public void check(Located request, FaultList faults) {
    Located algorithm = request.member("AlgorithmSpecification");
    if (!algorithm.json().isObject()) {
      return;
    }
    checkImage(algorithm, faults);
    Located program = algorithm.member("ContainerEntrypoint").element(0);
    if (program.text().filter(String::isEmpty).isPresent()) {
      faults.add(program, "is the program to run: name one");
    }
    for (Located metric : algorithm.member("MetricDefinitions").elements()) {
      checkRegex(metric.member("Regex"), faults);
    }
  }

  private static void checkImage(Located algorithm, FaultList faults) {
    Located image = algorithm.member("TrainingImage");
    if (faults.has(image)) {
      return;
    }
    if (image.text().isPresent()) {
      imageFault(image.text().get()).ifPresent(message -> faults.add(image, message));
    } else if (!algorithm.member("AlgorithmName").present()) {
      faults.add(image, "must be given: " + WANTED);
    }
  }

  /** Empty when the text is a Docker image's name, or the address of a directory or archive. */
  private static Optional<String> imageFault(String image) {
    if (ImageKind.of(image) == ImageKind.DOCKER) {
      return DOCKER_IMAGE.matcher(image).matches()
          ? Optional.empty()
          : Optional.of(
              "is not a Docker image's name that YARN takes: write REGISTRY/REPOSITORY:TAG, the"
                  + " repository in lower case");
    }
    Matcher uri = SCHEME.matcher(image);
    if (!uri.matches()) {
      return Optional.of(
          "has no scheme: write "
              + Quoted.of("file://" + image)
              + " for a path on every node, or hdfs:");
    }
    String scheme = uri.group(1);
    String rest = uri.group(2);
    if (OTHER_ARCHIVE.matcher(rest.toLowerCase(Locale.ROOT)).matches()
        && !rest.endsWith(".tar.gz")) {
      return Optional.of("must be a directory or a .tar.gz archive: pack it with tar -czf");
    }
    return switch (scheme) {
      case "s3" ->
          rest.matches("//[^/]+/.+")
              ? Optional.empty()
              : Optional.of("must name a bucket and a key: write s3://bucket/algorithm.tar.gz");
      // file://host/path would be a path on another machine.
      case "file" ->
          rest.matches("(//)?/[^/].*")
              ? Optional.empty()
              : Optional.of("must be an absolute path: write file:///path/algorithm.tar.gz");
      case "hdfs" ->
          rest.matches("(//[^/]*)?/[^/].*")
              ? Optional.empty()
              : Optional.of("must be an absolute path: write hdfs:///path/algorithm.tar.gz");
      default ->
          Optional.of(
              Quoted.of(scheme + ":") + " is not an address that the nodes can read: " + WANTED);
    };
  }

  private static void checkRegex(Located regex, FaultList faults) {
    if (regex.text().isEmpty() || faults.has(regex)) {
      return;
    }
    try {
      if (Pattern.compile(regex.text().get()).matcher("").groupCount() == 0) {
        faults.add(
            regex, "has no group: put parentheses around the value, as in \"loss=([0-9.]+)\"");
      }
    } catch (PatternSyntaxException e) {
      faults.add(
          regex,
          "is not a regular expression (java.util.regex): correct it at index "
              + Math.max(0, e.getIndex())
              + ", "
              + e.getDescription());
    }
  }
}
