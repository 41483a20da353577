package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AugmentedManifestTest {
  private static final int LINES = 1000;

  @TempDir private Path scratch;
  private final MemoryStore store = new MemoryStore();

  private AugmentedManifest load() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append("{\"label\": \"v").append(i).append("\"}\n");
    }
    store.put("s3://bucket/manifest", text.toString());
    return AugmentedManifest.load(
        store,
        new ChannelSource(
            "train",
            ChannelSource.Kind.AUGMENTED_MANIFEST_FILE,
            ObjectUri.parse("s3://bucket/manifest"),
            List.of("label"),
            false,
            OptionalLong.empty()),
        scratch);
  }

  private static void assertAllFlow(PieceSource lines) throws IOException, InterruptedException {
    for (int i = 0; i < LINES; i++) {
      Piece.Literal piece = (Piece.Literal) lines.next();
      assertEquals("v" + i, new String(piece.bytes(), StandardCharsets.UTF_8));
    }
    assertEquals(null, lines.next());
  }

  @Test
  void anEpochThatIsStoppedWhileItsLinesAreReadLeavesTheNextInOrder() throws Exception {
    try (AugmentedManifest manifest = load()) {
      // So a stream is stopped that its reader has closed early.
      Thread.currentThread().interrupt();
      try {
        Piece unused = manifest.epoch(0, 1, 0).next();
      } catch (IOException | InterruptedException e) {
        // Either is right.
      } finally {
        boolean unused = Thread.interrupted();
      }
      assertAllFlow(manifest.epoch(0, 1, 1));
    }
  }

  @Test
  void epochsThatOverlapDoNotMix() throws Exception {
    try (AugmentedManifest manifest = load()) {
      PieceSource first = manifest.epoch(0, 1, 0);
      Piece.Literal piece = (Piece.Literal) first.next();
      assertEquals("v0", new String(piece.bytes(), StandardCharsets.UTF_8));
      assertAllFlow(manifest.epoch(0, 1, 1));
      piece = (Piece.Literal) first.next();
      assertEquals("v1", new String(piece.bytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void theLinesLieInAFileWithoutAName() throws Exception {
    try (AugmentedManifest manifest = load()) {
      assertEquals(LINES, manifest.size());
      try (Stream<Path> files = Files.list(scratch)) {
        assertTrue(files.findAny().isEmpty());
      }
    }
  }
}
