package dev.heddle.tests.bench.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochLinesTest {
  @Test
  void aLineCountsOnceWhenItIsWhole(@TempDir Path temp) throws Exception {
    Path log = Files.writeString(temp.resolve("log"), "they met\nepoch=1 loss=0.5\nepo");
    try (EpochLines lines = new EpochLines(log)) {
      assertEquals(1, lines.more());
      assertEquals(0, lines.more());
      Files.writeString(log, "ch=2 loss=0.4\nepoch=3\nno epoch=4\n", StandardOpenOption.APPEND);
      assertEquals(2, lines.more());
      assertEquals(0, lines.more());
    }
  }
}
