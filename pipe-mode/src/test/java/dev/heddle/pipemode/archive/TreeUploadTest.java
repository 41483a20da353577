package dev.heddle.pipemode.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectUri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeUploadTest {
  private static final ObjectUri FOLDER = ObjectUri.parse("s3://bucket/job/output/model");

  @Test
  void eachFileIsAnObjectAndOnlyInnerLinksAreFollowed(@TempDir Path directory) throws Exception {
    Path root = Files.createDirectories(directory.resolve("model"));
    Files.write(root.resolve("a"), new byte[] {1});
    Files.createDirectories(root.resolve("deep/er"));
    Files.write(root.resolve("deep/er/b c"), new byte[] {2, 3});
    Files.createSymbolicLink(root.resolve("inner"), Path.of("deep/er/b c"));
    Files.createSymbolicLink(
        root.resolve("outer"), Files.write(directory.resolve("x"), new byte[1]));
    Files.createSymbolicLink(root.resolve("broken"), Path.of("nowhere"));
    MemoryStore store = new MemoryStore();
    AtomicLong sent = new AtomicLong();
    TreeUpload.upload(root, FOLDER, store, sent::addAndGet);
    List<String> keys = new ArrayList<>();
    store.list(ObjectUri.parse("s3://bucket/"), object -> keys.add(object.uri().key()));
    assertEquals(
        List.of("job/output/model/a", "job/output/model/deep/er/b c", "job/output/model/inner"),
        keys);
    assertArrayEquals(new byte[] {2, 3}, store.bytes(FOLDER.child("inner")));
    assertEquals(5, sent.get());
  }

  @Test
  void aTreeThatIsntThereIsNothing(@TempDir Path directory) throws Exception {
    MemoryStore store = new MemoryStore();
    TreeUpload.upload(directory.resolve("none"), FOLDER, store, bytes -> {});
    assertEquals(0, store.count());
  }
}
