package dev.heddle.pipemode.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FifoTest {
  @TempDir private Path directory;

  private static InputStream open(Path path) {
    try {
      return Files.newInputStream(path);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static FifoSink sink(Fifo fifo) throws Exception {
    Optional<FifoSink> sink = fifo.tryOpen();
    while (sink.isEmpty()) {
      Thread.onSpinWait();
      sink = fifo.tryOpen();
    }
    return sink.get();
  }

  @Test
  void allMayReadThePipeAndOnlyItsOwnerWrite() throws IOException {
    Fifo fifo = Fifo.create(directory.resolve("c_0"));
    assertEquals(
        "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(fifo.path())));
    assertTrue(Files.readAttributes(fifo.path(), "isOther").containsValue(true));
    fifo.delete();
    assertFalse(Files.exists(fifo.path()));
    fifo.delete();
  }

  @Test
  void whatIsThereAlreadyIsNamed() throws IOException {
    Path path = Files.createFile(directory.resolve("c_0"));
    IOException failure = assertThrows(IOException.class, () -> Fifo.create(path));
    assertTrue(failure.getMessage().contains(path.toString()), failure.getMessage());
    assertTrue(Files.isRegularFile(path));
  }

  @Test
  void withoutAReaderItIsNotOpenedAndNobodyIsBlocked() throws IOException {
    Fifo fifo = Fifo.create(directory.resolve("c_0"));
    assertTrue(fifo.tryOpen().isEmpty());
    assertTrue(fifo.tryOpen().isEmpty());
  }

  @Test
  void aReaderGetsTheBytesAndThenTheEnd() throws Exception {
    Fifo fifo = Fifo.create(directory.resolve("c_0"));
    CompletableFuture<InputStream> opened = CompletableFuture.supplyAsync(() -> open(fifo.path()));
    try (FifoSink sink = sink(fifo)) {
      assertTrue(sink.write(ByteBuffer.wrap(new byte[] {1, 2, 3})));
      assertFalse(sink.readerGone());
    }
    try (InputStream in = opened.get()) {
      assertEquals(3, in.readAllBytes().length);
    }
  }

  @Test
  void aReaderThatClosedIsNoError() throws Exception {
    Fifo fifo = Fifo.create(directory.resolve("c_0"));
    CompletableFuture<InputStream> opened = CompletableFuture.supplyAsync(() -> open(fifo.path()));
    try (FifoSink sink = sink(fifo)) {
      opened.get().close();
      assertTrue(sink.readerGone());
      assertFalse(sink.write(ByteBuffer.wrap(new byte[] {1})));
    }
  }
}
