package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Control groups of version 1, where each controller is a tree of its own. */
final class ControlGroups {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private ControlGroups() {}

  /** GPUs are given to containers, and kept from them, by this one. */
  static boolean hasDevices() {
    return Files.isRegularFile(ROOT.resolve("devices/devices.list"))
        || Files.exists(ROOT.resolve("devices/cgroup.procs"));
  }

  static Path root() {
    return ROOT;
  }

  /** Removes the groups of these names below the parent, under each controller. */
  static void remove(Path parent, List<String> names) throws IOException {
    if (names.isEmpty() || !Files.isDirectory(ROOT)) {
      return;
    }
    try (DirectoryStream<Path> controllers = Files.newDirectoryStream(ROOT, Files::isDirectory)) {
      for (Path controller : controllers) {
        for (String name : names) {
          remove(controller.resolve(parent).resolve(name));
        }
      }
    }
  }

  /** A group with all groups in it; a group's files can't be deleted and needn't be. */
  private static void remove(Path group) throws IOException {
    if (!Files.isDirectory(group)) {
      return;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(group, Files::isDirectory)) {
      for (Path child : children) {
        remove(child);
      }
    }
    Files.deleteIfExists(group);
  }
}
