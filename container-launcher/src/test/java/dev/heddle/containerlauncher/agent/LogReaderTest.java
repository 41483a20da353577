package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.LogRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
  @TempDir private Path logs;

  @Test
  void bytesAreReadFromTheOffsetUpToTheEnd() throws IOException {
    Files.writeString(logs.resolve("stdout.txt"), "0123456789");
    assertChunk(4, "4567", 10, read("stdout", 4, 4));
    assertChunk(8, "89", 10, read("stdout", 8, 100));
    assertChunk(10, "", 10, read("stdout", 10, 100));
    assertChunk(99, "", 10, read("stdout", 99, 100));
  }

  @Test
  void aLogThatIsNotThereYetIsEmpty() {
    assertChunk(0, "", 0, read("stderr", 0, 100));
  }

  @Test
  void noOtherFileCanBeRead() throws IOException {
    Files.writeString(logs.resolve("other"), "x");
    assertChunk(0, "", 0, read("../other", 0, 100));
  }

  @Test
  void noMoreThanAMebibyteIsReadAtOnce() throws IOException {
    Files.write(logs.resolve("stdout.txt"), new byte[3 << 20]);
    assertEquals(1 << 20, read("stdout", 0, Integer.MAX_VALUE).bytes().length);
  }

  private LogChunk read(String stream, long offset, int max) {
    return new LogReader(new AlgorithmLogs(logs)).read(new LogRequest(7, stream, offset, max));
  }

  private static void assertChunk(long offset, String text, long length, LogChunk chunk) {
    assertEquals(7, chunk.request());
    assertEquals(offset, chunk.offset());
    assertEquals(text, new String(chunk.bytes(), StandardCharsets.UTF_8));
    assertEquals(length, chunk.length());
  }
}
