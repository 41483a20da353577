package dev.heddle.tests.chaos;

import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.embedded.ContainerLogs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the containers of one application print, also after YARN has removed it: a second name for
 * each file, given while it is there.
 *
 * @param nodes where the NodeManagers work
 * @param directory on the same file system
 */
record KeptLogs(Path nodes, String application, Path directory) {
  /** To be called often. */
  void keep() throws IOException {
    for (Path file : new ContainerLogs(nodes, application).files()) {
      Path copy = directory.resolve(nodes.relativize(file).toString());
      if (!Files.exists(copy)) {
        Files.createDirectories(copy.getParent());
        try {
          Files.createLink(copy, file);
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
          // It has just gone.
        }
      }
    }
  }

  StepsRuns runs() throws IOException {
    return StepsRuns.read(new ContainerLogs(directory, application));
  }
}
