package dev.heddle.tests.bench.parity;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageFilesTest {
  private static String refusal(Map<String, String> docker, Map<String, String> outside) {
    return assertThrows(IOException.class, () -> ImageFiles.requireSame(docker, outside))
        .getMessage();
  }

  @Test
  void theSameFilesAreComparable() {
    assertDoesNotThrow(() -> ImageFiles.requireSame(Map.of("/lib/a", "1"), Map.of("/lib/a", "1")));
  }

  @Test
  void anotherFileAMissingOneAndOneMoreAreNamed() {
    String refusal =
        refusal(
            Map.of("/lib/a", "1", "/lib/b", "1", "/lib/d", "4"),
            Map.of("/lib/a", "2", "/lib/c", "3", "/lib/d", "4"));
    assertTrue(refusal.endsWith(": /lib/a, /lib/b, /lib/c"), refusal);
  }

  @Test
  void nothingIsNotTheSame() {
    refusal(Map.of(), Map.of());
  }
}
