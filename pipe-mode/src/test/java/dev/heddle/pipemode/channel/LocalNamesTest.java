package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalNamesTest {

  private static String name(String prefix, String key) throws IOException {
    return new LocalNames(prefix, "train").of(key);
  }

  private static void check(List<String> directories, String... keys) throws IOException {
    ObjectTable table = new ObjectTable(ObjectUri.parse("s3://b/"));
    for (String key : keys) {
      table.add(new ObjectInfo(ObjectUri.parse("s3://b/" + key), 1, "\"x\""));
    }
    new LocalNames("", "train").check(new Shard(table, new int[0], 0, 1), directories);
  }

  @Test
  void aFileIsNamedAfterItsKeyWithoutThePrefix() throws IOException {
    assertEquals("test", name("Task1/input", "Task1/input/test"));
    assertEquals("a/b.csv", name("data/", "data/a/b.csv"));
    assertEquals("data/x", name("", "data/x"));
  }

  @Test
  void aPrefixThatCutsANameLeavesTheNameWhole() throws IOException {
    assertEquals("part-1", name("data/part-", "data/part-1"));
    assertEquals("train-2/x", name("data/train", "data/train-2/x"));
    assertEquals("train", name("tr", "train"));
  }

  @Test
  void aPrefixThatIsAKeyLeavesTheLastName() throws IOException {
    assertEquals("x.csv", name("data/x.csv", "data/x.csv"));
    assertEquals("x.csv", name("x.csv", "x.csv"));
  }

  @Test
  void doubledSlashesAreOne() throws IOException {
    assertEquals("a/b", name("data/", "data/a//b"));
  }

  @Test
  void keysThatWouldLeaveTheDirectoryAreRefusedByName() {
    for (String key : List.of("data/../etc/passwd", "data/a/..", "data/a/./b", "data//etc/x")) {
      IOException refused = assertThrows(IOException.class, () -> name("data/", key), key);
      assertTrue(refused.getMessage().contains("\"" + key + "\""), refused.getMessage());
    }
    assertThrows(IOException.class, () -> name("data", "data//etc/x"));
    assertThrows(
        IOException.class,
        () -> new LocalNames("data/", "train").resolve(Path.of("/d"), "data/nul\0byte"));
  }

  @Test
  void aFileThatWouldBeADirectoryTooIsRefusedByName() {
    IOException refused =
        assertThrows(IOException.class, () -> check(List.of(), "a", "a!", "a/b/c", "z"));
    assertTrue(refused.getMessage().contains("\"a\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"a/b/c\""), refused.getMessage());
    assertThrows(IOException.class, () -> check(List.of("x/"), "x"));
    assertThrows(IOException.class, () -> check(List.of("x/y/"), "x"));
  }

  @Test
  void twoKeysOfOneFileAreRefusedByName() {
    IOException refused = assertThrows(IOException.class, () -> check(List.of(), "a/b", "a//b"));
    assertTrue(refused.getMessage().contains("\"a/b\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"a//b\""), refused.getMessage());
  }

  @Test
  void whatDoesntCollideIsFine() {
    assertDoesNotThrow(() -> check(List.of("a/", "e/"), "a/b", "a/c", "ab", "a/b"));
  }
}
