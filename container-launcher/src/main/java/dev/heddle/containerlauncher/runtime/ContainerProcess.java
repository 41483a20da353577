package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.ContainerSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The first process of a container of the same user, as the node counts it. */
final class ContainerProcess {
  private static final Logger LOG = LogManager.getLogger(ContainerProcess.class);
  private static final Path PROC = Path.of("/proc");

  private final String containerId;

  /**
   * @param containerId which YARN has in an environment variable of every container
   */
  ContainerProcess(String containerId) {
    this.containerId = containerId;
  }

  /** Its process id; 0 when there is none that can be seen. */
  long find() {
    if (containerId.isEmpty()) {
      return 0;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (isFirst(process) && isOurs(process)) {
          return Long.parseLong(process.getFileName().toString());
        }
      }
    } catch (IOException e) {
      LOG.warn("algorithm: the node's processes can't be listed: {}", e.toString());
    }
    return 0;
  }

  void signal(ContainerSignal signal) {
    ProcessHandle.of(find())
        .ifPresent(
            process -> {
              if (signal == ContainerSignal.KILL) {
                process.destroyForcibly();
              } else {
                process.destroy();
              }
            });
  }

  /** Whether it is process 1 of a namespace of its own. */
  private static boolean isFirst(Path process) {
    return text(process.resolve("status"))
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .anyMatch(line -> line.endsWith("\t1") && line.split("\t").length > 2);
  }

  private boolean isOurs(Path process) {
    return text(process.resolve("environ")).contains(containerId);
  }

  /** Empty for a process that has ended or is another user's. */
  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
