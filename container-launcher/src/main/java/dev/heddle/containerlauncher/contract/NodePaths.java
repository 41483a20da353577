package dev.heddle.containerlauncher.contract;

import java.nio.file.Path;

/**
 * What one host keeps on its node.
 *
 * @param work inside the YARN container's own directory, so that YARN deletes it; absolute
 * @param logs where YARN aggregates logs from; absolute
 */
public record NodePaths(Path work, Path logs) {

  public OptMl tree() {
    return new OptMl(work.resolve("ml"));
  }

  /** What stands at {@code /etc/hosts} for the algorithm. */
  public Path hostsFile() {
    return work.resolve("hosts");
  }

  /** Where an image is unpacked or copied. */
  public Path image() {
    return work.resolve("image");
  }

  /** The parent of the algorithm's working directory, home and temporary files. */
  public Path scratch() {
    return work.resolve("scratch");
  }

  /** Temporary files of what feeds the algorithm; not its own. */
  public Path feed() {
    return work.resolve("feed");
  }

  public Path stdout() {
    return logs.resolve("stdout.txt");
  }

  public Path stderr() {
    return logs.resolve("stderr.txt");
  }
}
