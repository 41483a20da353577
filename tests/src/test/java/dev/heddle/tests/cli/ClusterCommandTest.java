package dev.heddle.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCommandTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"/tmp/plain", "/tmp/a b", "it's", "$HOME", "`id`", "a\\b", "a;b", "*", ""})
  void aShellReadsAValueAsItIs(String value) throws IOException {
    String script = "export NAME=" + ClusterCommand.quote(value) + "; printf %s \"$NAME\"";
    Process shell = new ProcessBuilder("sh", "-c", script).start();
    assertEquals(value, new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
