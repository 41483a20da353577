package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.pipemode.DiskFullException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskBlocksTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  /** Bytes of the disk that a file takes. */
  private static long taken(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    try (var out = stat.inputReader()) {
      return Long.parseLong(out.readLine()) * 512;
    }
  }

  @Test
  void aFileHasItsBlocksBeforeItIsWritten() throws Exception {
    Path file = directory.resolve("a file");
    boolean hasBlocks = DiskBlocks.allocate(file, 5 * MIB + 1);
    assertEquals(5 * MIB + 1, Files.size(file));
    assertEquals(hasBlocks, taken(file) > 5 * MIB, taken(file) + " bytes");
  }

  @Test
  void aFormerFileIsReplaced() throws IOException {
    Path file = directory.resolve("file");
    Files.write(file, new byte[] {1, 2, 3});
    DiskBlocks.allocate(file, 2);
    assertEquals(2, Files.size(file));
    assertEquals(0, Files.readAllBytes(file)[0]);
  }

  @Test
  void aDiskWithoutRoomIsToldWithTheFile() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "needs a file system that refuses at once");
    FileStore disk = Files.getFileStore(memory);
    assumeTrue(disk.type().equals("tmpfs"));
    Path file = Files.createTempFile(memory, "blocks-test", "");
    try {
      DiskFullException full =
          assertThrows(
              DiskFullException.class, () -> DiskBlocks.allocate(file, disk.getTotalSpace() + MIB));
      assertTrue(full.getMessage().contains(file.toString()), full.getMessage());
    } finally {
      Files.delete(file);
    }
  }
}
