package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointListingTest {
  private final MemoryStore store = new MemoryStore();

  private List<String> names(String uri) throws IOException {
    return CheckpointListing.of(store, ObjectUri.parse(uri)).stream()
        .map(CheckpointEntry::name)
        .toList();
  }

  @Test
  void aFolderIsTheSameWithAndWithoutItsSlash() throws IOException {
    store.put("s3://b/ckpt/z", "zz");
    store.put("s3://b/ckpt/a/x", "1");
    store.put("s3://b/ckpt-other/x", "1");
    store.put("s3://b/ckpt", "no file of the folder");
    assertEquals(List.of("a/x", "z"), names("s3://b/ckpt"));
    assertEquals(List.of("a/x", "z"), names("s3://b/ckpt/"));
    CheckpointEntry entry = CheckpointListing.of(store, ObjectUri.parse("s3://b/ckpt")).get(1);
    assertEquals(2, entry.size());
    assertEquals(store.head(ObjectUri.parse("s3://b/ckpt/z")).orElseThrow().etag(), entry.etag());
  }

  @Test
  void aWholeBucketIsAFolder() throws IOException {
    store.put("s3://b/ckpt/z", "1");
    store.put("s3://other/x", "1");
    assertEquals(List.of("ckpt/z"), names("s3://b/"));
    assertEquals(List.of("ckpt/z"), names("s3://b"));
  }

  @Test
  void nothingIsAnEmptyListing() throws IOException {
    assertEquals(List.of(), names("s3://b/ckpt"));
  }

  @Test
  void whatStandsForDirectoriesAndTemporaryNamesAreLeftOut() throws IOException {
    store.put("s3://b/ckpt/", "");
    store.put("s3://b/ckpt/a/", "");
    store.put("s3://b/ckpt/a/..//", "");
    store.put("s3://b/ckpt/a/x.tmp", "1");
    store.put("s3://b/ckpt/tmp-1/x", "1");
    store.put("s3://b/ckpt/a/.metadata", "1");
    assertEquals(List.of("a/.metadata"), names("s3://b/ckpt"));
  }

  @Test
  void keysThatCantBeFilesAreRefusedByName() {
    for (String key : List.of("ckpt/../etc/passwd", "ckpt/a/./b", "ckpt//etc/x", "ckpt/a//b")) {
      MemoryStore bad = new MemoryStore();
      bad.put("s3://b/ckpt/fine", "1");
      bad.put("s3://b/" + key, "1");
      IOException refused =
          assertThrows(
              IOException.class,
              () -> CheckpointListing.of(bad, ObjectUri.parse("s3://b/ckpt")),
              key);
      assertTrue(
          refused
              .getMessage()
              .startsWith("The checkpoints in s3://b/ckpt/: the object \"" + key + "\" can't be"),
          refused.getMessage());
    }
  }

  @Test
  void aFileThatWouldBeADirectoryTooIsRefusedByName() {
    store.put("s3://b/ckpt/a/b", "1");
    store.put("s3://b/ckpt/a/b/c/d", "1");
    IOException refused = assertThrows(IOException.class, () -> names("s3://b/ckpt"));
    assertTrue(refused.getMessage().contains("\"ckpt/a/b\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"ckpt/a/b/c/d\""), refused.getMessage());
  }
}
