package dev.heddle.tests.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the containers of one application print, where they run. After its end YARN removes it,
 * unless {@code yarn.nodemanager.delete.debug-delay-sec} says otherwise.
 *
 * @param nodes where the NodeManagers work
 */
public record ContainerLogs(Path nodes, String application) {

  public List<Path> files() throws IOException {
    try (Stream<Path> tree = Files.walk(nodes)) {
      return tree.filter(
              path ->
                  path.toString().contains("logDir")
                      && path.toString().contains("/" + application + "/")
                      && Files.isRegularFile(path))
          .toList();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        // Another container's directory went away meanwhile.
        return files();
      }
      throw e.getCause();
    }
  }
}
