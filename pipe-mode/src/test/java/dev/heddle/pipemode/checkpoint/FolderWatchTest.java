package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FolderWatchTest {
  @TempDir private Path root;

  private static Map<String, Path> await(FolderWatch watch, String name) {
    Map<String, Path> touched = new LinkedHashMap<>();
    while (!touched.containsKey(name)) {
      assertTrue(watch.poll(touched));
      Thread.onSpinWait();
    }
    return touched;
  }

  @Test
  void whatIsTouchedIsNamedFromTheRoot() throws Exception {
    try (FolderWatch watch = new FolderWatch(root.getFileSystem())) {
      Path deep = Files.createDirectories(root.resolve("deep/er"));
      watch.add("", root);
      watch.ensure("deep", root.resolve("deep"));
      watch.ensure("deep/er", deep);
      Path file = Files.writeString(deep.resolve("x"), "x");
      assertEquals(file, await(watch, "deep/er/x").get("deep/er/x"));
      Files.writeString(root.resolve("y"), "y");
      await(watch, "y");
      Files.delete(file);
      await(watch, "deep/er/x");
    }
  }

  @Test
  void aRenamedDirectoryIsWatchedByItsNewName() throws Exception {
    try (FolderWatch watch = new FolderWatch(root.getFileSystem())) {
      Path old = Files.createDirectory(root.resolve("old"));
      watch.add("old", old);
      Path now = Files.move(old, root.resolve("now"));
      watch.add("now", now);
      watch.retain(Set.of("now"));
      Files.writeString(now.resolve("x"), "x");
      assertEquals(now.resolve("x"), await(watch, "now/x").get("now/x"));
    }
  }

  @Test
  void whatIsntThereIsNoTrouble() throws Exception {
    try (FolderWatch watch = new FolderWatch(root.getFileSystem())) {
      watch.add("none", root.resolve("none"));
      watch.add("", root);
      Files.writeString(root.resolve("x"), "x");
      await(watch, "x");
    }
  }

  @Test
  void withoutWatchesItTellsNothing() throws Exception {
    // A file system that has none, as a kernel that has none left.
    URI zip = URI.create("jar:" + root.resolve("x.zip").toUri());
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"));
        FolderWatch watch = new FolderWatch(files)) {
      watch.add("", root);
      watch.ensure("deep", root);
      watch.retain(Set.of());
      Map<String, Path> touched = new LinkedHashMap<>();
      assertTrue(watch.poll(touched));
      assertEquals(Map.of(), touched);
    }
  }
}
