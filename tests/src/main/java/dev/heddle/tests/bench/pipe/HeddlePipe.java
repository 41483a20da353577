package dev.heddle.tests.bench.pipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code heddle pipe}, as a user types it.
 *
 * @param home the source tree's root
 */
record HeddlePipe(Path home) implements Contender {
  static final String NAME = "heddle";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Kind kind() {
    return Kind.HEDDLE;
  }

  @Override
  public Amount amount() {
    return Amount.ALL;
  }

  @Override
  public Output output(Source source) {
    return Output.OWN_FIFO;
  }

  @Override
  public Optional<String> version() {
    return Optional.of("this build");
  }

  @Override
  public List<String> command(Source source, Path fifo) {
    return List.of(
        home.resolve("heddle").toString(),
        "pipe",
        "--uri",
        source.uri(),
        "--epochs",
        "1",
        "--fifo",
        fifo.toString());
  }

  @Override
  public Map<String, String> environment(Source source) {
    return source
        .tls()
        .map(tls -> Map.of("JAVA_TOOL_OPTIONS", String.join(" ", tls.javaOptions())))
        .orElse(Map.of());
  }
}
