package dev.heddle.tests.docker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The images of the sample algorithms, which {@code tests/algorithms/build} makes in an engine.
 *
 * @param home the source tree's root
 * @param dockerHost the engine, as {@code DOCKER_HOST} names it
 */
public record SampleImages(Path home, String dockerHost) {
  private static final int TAIL_LINES = 25;

  /** What jobs call a sample's image. */
  public static String image(String name) {
    return "local/" + name;
  }

  /**
   * Makes the images that the engine doesn't have: seconds each, minutes on a machine's first time.
   *
   * @throws IOException with the end of what the build printed, when it fails
   */
  public void build(String... names) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("tests/algorithms/build").toString());
    command.addAll(List.of(names));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("DOCKER_HOST", dockerHost);
    Process build = builder.start();
    try {
      build.getOutputStream().close();
      Deque<String> tail = tail(build);
      int code = build.waitFor();
      if (code != 0) {
        throw new IOException(
            String.join(" ", command) + " left with " + code + ":\n" + String.join("\n", tail));
      }
    } finally {
      build.destroy();
    }
  }

  private static Deque<String> tail(Process build) throws IOException {
    Deque<String> tail = new ArrayDeque<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(build.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (tail.size() == TAIL_LINES) {
          tail.removeFirst();
        }
        tail.addLast(line);
      }
    }
    return tail;
  }
}
