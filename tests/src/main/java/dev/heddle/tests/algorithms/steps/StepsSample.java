package dev.heddle.tests.algorithms.steps;

import dev.heddle.tests.docker.SampleImages;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The sample algorithm {@code steps}, which its README.md describes.
 *
 * @param directory {@code tests/algorithms/steps}, absolute
 * @param image what jobs call it
 * @param commandLine how the command line of an algorithm's own process begins, arguments joined by
 *     spaces
 */
public record StepsSample(Path directory, String image, String commandLine) {
  private static final String PYTHON = "/usr/bin/python3";

  /**
   * As an image of the process runtime, which its directory is.
   *
   * @param home the source tree's root
   */
  public static StepsSample in(Path home) {
    Path directory = home.resolve("tests/algorithms/steps").toAbsolutePath().normalize();
    return new StepsSample(directory, "file:" + directory, PYTHON + " " + train(directory));
  }

  /** As the Docker image that {@link SampleImages} makes of it. */
  public StepsSample inDocker() {
    return new StepsSample(
        directory, SampleImages.image("steps"), PYTHON + " " + train(Path.of("/usr/local/bin")));
  }

  private static Path train(Path directory) {
    return directory.resolve("train");
  }

  /** Why it can't run here as a process; empty when it can. */
  public static Optional<String> obstacle() throws InterruptedException {
    try {
      int code = new ProcessBuilder(PYTHON, "-c", "import hashlib, json").start().waitFor();
      return code == 0
          ? Optional.empty()
          : Optional.of(
              PYTHON + " lacks a part of its standard library: 'apt-get install python3'");
    } catch (IOException e) {
      return Optional.of("there is no " + PYTHON);
    }
  }

  public Path train() {
    return train(directory);
  }

  /**
   * A job of it.
   *
   * @param output {@code s3://BUCKET/PREFIX}
   */
  public JobFile job(String name, String output) {
    return JobFile.named(name, image, output)
        .metric("step", "^step=([0-9]+)")
        .metric("loss", "^step=[0-9]+ loss=([0-9.]+)");
  }
}
