package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes an image of another one and one more program. */
public final class DerivedImage {
  private DerivedImage() {}

  /**
   * @param base such as {@code local/shell}
   * @param name such as {@code local/mine}
   * @param train becomes the program {@code train} on the PATH, with its own mode
   * @param changes Dockerfile instructions, such as {@code ENTRYPOINT ["/bin/sh"]}
   */
  public static void make(
      DockerEngine engine, String base, String name, Path train, String... changes)
      throws IOException, InterruptedException {
    String container = succeed(engine, "create", "--network", "none", base, "false");
    succeed(engine, "cp", train.toString(), container + ":/usr/local/bin/train");
    List<String> commit = new ArrayList<>(List.of("commit"));
    Arrays.stream(changes).forEach(change -> commit.addAll(List.of("--change", change)));
    commit.addAll(List.of(container, name));
    succeed(engine, commit.toArray(String[]::new));
    succeed(engine, "rm", container);
  }

  private static String succeed(DockerEngine engine, String... arguments)
      throws IOException, InterruptedException {
    DockerEngine.Outcome outcome = engine.run(arguments);
    if (outcome.code() != 0) {
      throw new IOException("docker " + arguments[0] + " failed: " + outcome.output());
    }
    return outcome.output();
  }
}
