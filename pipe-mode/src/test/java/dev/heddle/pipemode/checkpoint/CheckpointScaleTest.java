package dev.heddle.pipemode.checkpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CheckpointScaleTest {
  private static final int FILES = 100_000;
  private static final int PER_DIRECTORY = 1000;

  private static String name(int i) {
    return "d" + i / PER_DIRECTORY + "/f" + i;
  }

  @Test
  @Timeout(240)
  void aHundredThousandFilesGoUpAndAreLookedAfter(@TempDir Path base) throws Exception {
    WatchedStore store = new WatchedStore();
    try (TestHost host = new TestHost(store, WatchedStore.FOLDER, base, SyncSettings.DEFAULT)) {
      for (int i = 0; i < FILES; i++) {
        write(host.path(name(i)), i);
      }
      host.start();
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> host.folder().status().filesUploaded() == FILES);
      host.write(name(77_777), "again");
      Files.delete(host.path(name(5)));
      assertEquals(List.of(), host.flush());
      assertEquals(1, host.folder().status().filesDeleted());
      assertEquals(FILES + 1, store.done("put").size());
      assertEquals("again", store.text(name(77_777)));
      host.restore();
      assertEquals(List.of(), store.done("get"));
    }
  }

  private static void write(Path file, int i) throws IOException {
    if (i % PER_DIRECTORY == 0) {
      Files.createDirectories(file.getParent());
    }
    Files.write(file, new byte[] {(byte) i});
  }
}
