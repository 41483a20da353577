package dev.heddle.tests.docker;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Changes {@code container-executor.cfg} on all nodes for as long as it is open. */
final class ExecutorRules implements AutoCloseable {
  private final Path file;
  private final String before;

  private ExecutorRules(Path file, String before) {
    this.file = file;
    this.before = before;
  }

  /** The one file that all nodes have. */
  private static Path file(DockerEngine engine) {
    URI socket = engine.host();
    return Path.of(socket.getPath())
        .resolve("../../executor/etc/hadoop/container-executor.cfg")
        .normalize();
  }

  /**
   * @param rule the text before the value that changes
   */
  static ExecutorRules change(DockerEngine engine, String rule, String value) throws IOException {
    Path file = file(engine);
    String before = Files.readString(file);
    int start = before.indexOf(rule);
    if (start < 0) {
      throw new IOException(file + " has no " + rule);
    }
    int from = start + rule.length();
    String after = before.substring(0, from) + value + before.substring(before.indexOf('\n', from));
    Files.writeString(file, after);
    return new ExecutorRules(file, before);
  }

  @Override
  public void close() throws IOException {
    Files.writeString(file, before);
  }
}
