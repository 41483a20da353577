package dev.heddle.client.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of this machine's GPUs each host has: its own as far as they reach, else shared ones.
 *
 * @param present how many this machine has
 * @param each how many a host has, at most as many as are present
 */
record GpuShares(int present, int each) {

  /**
   * @param wanted how many the instance type has
   */
  static GpuShares of(int wanted, int present) {
    return new GpuShares(present, Math.min(wanted, present));
  }

  /** How many this machine's NVIDIA driver knows. */
  static int present(Path driver) {
    int count = 0;
    if (Files.isDirectory(driver)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(driver)) {
        for (Path gpu : all) {
          count += Files.isDirectory(gpu) ? 1 : 0;
        }
      } catch (IOException e) {
        return 0;
      }
    }
    return count;
  }

  /** Whether two hosts of so many have to share one. */
  boolean shared(int hosts) {
    return each > 0 && (long) hosts * each > present;
  }

  /**
   * @param host {@code algo-K}
   */
  List<String> of(String host) {
    int first = (Integer.parseInt(host.substring(host.lastIndexOf('-') + 1)) - 1) * each;
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      ids.add(Integer.toString((first + i) % present));
    }
    return ids;
  }
}
