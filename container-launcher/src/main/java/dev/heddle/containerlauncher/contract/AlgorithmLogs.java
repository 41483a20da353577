package dev.heddle.containerlauncher.contract;

import java.nio.file.Path;

/**
 * Where an algorithm's output lies. A container of its own has a log directory of its own, which is
 * known once it runs. Safe for use by many threads.
 */
public final class AlgorithmLogs {
  private volatile Path directory;

  public AlgorithmLogs(Path directory) {
    this.directory = directory;
  }

  /** From now on it lies there. */
  public void moveTo(Path itsDirectory) {
    directory = itsDirectory;
  }

  /** May not exist yet. */
  public Path stdout() {
    return directory.resolve("stdout.txt");
  }

  /** May not exist yet. */
  public Path stderr() {
    return directory.resolve("stderr.txt");
  }
}
