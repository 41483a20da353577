package dev.heddle.client.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFramingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** What Hadoop 3.4 prints around a log file. */
  private static String framed(String name, String content) {
    return "\nLogType:"
        + name
        + "\nLogLastModifiedTime:Tue Nov 24 12:00:00 +0000 2026\nLogLength:"
        + content.getBytes(StandardCharsets.UTF_8).length
        + "\nLogContents:\n"
        + content
        + "\nEnd of LogType:"
        + name
        + "\n***\n\n";
  }

  private static final String HEADER =
      "Container: container_1 on node_1\nLogAggregationType: AGGREGATED\n=====\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void exactlyTheWantedFilesBytesComeOutHoweverTheyArrive(int piece) throws Exception {
    String text = "grün\nLogType:stderr.txt\nLogLength:3\nLogContents:\nabc";
    byte[] all =
        (HEADER + framed("stderr.txt", "not me\n") + framed("stdout.txt", text))
            .getBytes(StandardCharsets.UTF_8);
    LogFraming framing = new LogFraming("stdout.txt", out);
    for (int at = 0; at < all.length; at += piece) {
      framing.write(all, at, Math.min(piece, all.length - at));
    }
    assertEquals(text, out.toString(StandardCharsets.UTF_8));
    assertTrue(framing.found());
  }

  @Test
  void anEmptyFileIsFoundAndAnAbsentOneIsNot() throws Exception {
    LogFraming empty = new LogFraming("stdout.txt", out);
    empty.write((HEADER + framed("stdout.txt", "")).getBytes(StandardCharsets.UTF_8));
    assertTrue(empty.found());
    LogFraming absent = new LogFraming("stderr.txt", out);
    absent.write((HEADER + framed("stdout.txt", "x")).getBytes(StandardCharsets.UTF_8));
    assertFalse(absent.found());
    assertEquals(0, out.size());
  }
}
