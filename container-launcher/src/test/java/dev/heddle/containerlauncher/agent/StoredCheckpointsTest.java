package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.job.TrainingJobRequest.CheckpointConfig;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.checkpoint.CheckpointListing;
import dev.heddle.pipemode.directory.DirectoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredCheckpointsTest {
  @TempDir private Path dir;
  private final DirectoryStore store = new DirectoryStore();
  private ObjectUri uri;
  private NodePaths paths;

  @BeforeEach
  void layOut() throws IOException {
    uri = ObjectUri.parse("file://" + dir.resolve("store"));
    paths = new NodePaths(dir.resolve("host"), Files.createDirectories(dir.resolve("logs")));
    Files.createDirectories(paths.work());
  }

  private void put(String name, String text) throws IOException {
    store.put(uri.child(name), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<CheckpointPage.Entry> listing() throws IOException {
    return CheckpointListing.of(store, uri).stream()
        .map(entry -> new CheckpointPage.Entry(entry.name(), entry.etag(), entry.size()))
        .toList();
  }

  private StoredCheckpoints checkpoints(String policy) {
    Settings settings =
        new Settings(
            Map.of(
                "heddle.fault.policy", policy,
                "heddle.s3.connections", "8",
                "heddle.s3.retry-for", "2s",
                "heddle.disk.reserve-percent", "0"));
    return new StoredCheckpoints(
        store, new CheckpointConfig(uri.toString(), null), paths, settings, () -> true);
  }

  private String restored(String name) throws IOException {
    return Files.readString(paths.tree().checkpoints().resolve(name));
  }

  /** The master has listed, and then algo-1, which trains on, has saved, replaced and removed. */
  private List<CheckpointPage.Entry> outdatedListing() throws IOException {
    put("algo-1/step-1", "one");
    put("algo-1/latest", "1");
    put("algo-2/step-1", "two");
    List<CheckpointPage.Entry> listing = listing();
    put("algo-1/step-20", "twenty");
    put("algo-1/latest", "20");
    store.delete(uri.child("algo-1/step-1"));
    return listing;
  }

  @Test
  void aReplacedHostTakesWhatTheOthersHaveSavedMeanwhile() throws Exception {
    List<CheckpointPage.Entry> listing = outdatedListing();
    try (StoredCheckpoints checkpoints = checkpoints("host")) {
      checkpoints.restore(listing);
    }
    assertEquals("twenty", restored("algo-1/step-20"));
    assertEquals("20", restored("algo-1/latest"));
    assertEquals("two", restored("algo-2/step-1"));
  }

  @Test
  void whereAllStartAgainNothingMayDifferFromTheListing() throws Exception {
    List<CheckpointPage.Entry> listing = outdatedListing();
    try (StoredCheckpoints checkpoints = checkpoints("job")) {
      ObjectStoreException failure =
          assertThrows(ObjectStoreException.class, () -> checkpoints.restore(listing));
      assertEquals(true, failure.kind() == Kind.NOT_FOUND || failure.kind() == Kind.CHANGED);
    }
  }

  @Test
  void aFolderThatIsGoneIsNotListedForever() throws Exception {
    List<CheckpointPage.Entry> listing = outdatedListing();
    for (CheckpointPage.Entry entry : listing()) {
      store.delete(uri.child(entry.key()));
    }
    try (StoredCheckpoints checkpoints = checkpoints("tolerate")) {
      checkpoints.restore(listing);
    }
    assertEquals(0, paths.tree().checkpoints().toFile().list().length);
  }
}
