package dev.heddle.tests.algorithms.steps;

import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The sample algorithm {@code steps}, which its README.md describes. Its directory is an image of
 * the process runtime.
 *
 * @param directory {@code tests/algorithms/steps}, absolute
 */
public record StepsSample(Path directory) {
  private static final String PYTHON = "/usr/bin/python3";

  /**
   * @param home the source tree's root
   */
  public static StepsSample in(Path home) {
    return new StepsSample(home.resolve("tests/algorithms/steps").toAbsolutePath().normalize());
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
    return directory.resolve("train");
  }

  /** How the command line of an algorithm's own process begins, arguments joined by spaces. */
  public String commandLine() {
    return PYTHON + " " + train();
  }

  /**
   * A job of it.
   *
   * @param output {@code s3://BUCKET/PREFIX}
   */
  public JobFile job(String name, String output) {
    return JobFile.named(name, directory.toUri(), output)
        .metric("step", "^step=([0-9]+)")
        .metric("loss", "^step=[0-9]+ loss=([0-9.]+)");
  }
}
