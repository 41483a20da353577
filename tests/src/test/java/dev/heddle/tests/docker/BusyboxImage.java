package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;

/** A tiny image: one static program that is a shell and what a shell script calls. */
final class BusyboxImage {
  private BusyboxImage() {}

  /** Its entry point runs its arguments as a shell script. */
  static void load(DockerEngine engine, String name) throws IOException, InterruptedException {
    Path busybox =
        DockerEngine.find("busybox")
            .orElseGet(
                () -> Assertions.fail("busybox is missing: 'apt-get install busybox-static'"));
    Process libraries =
        new ProcessBuilder("ldd", busybox.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Assertions.assertNotEquals(
        0,
        libraries.waitFor(),
        busybox + " needs libraries: 'apt-get install busybox-static' brings one that doesn't");
    Path root = Files.createTempDirectory("busybox");
    try {
      Path programs = Files.createDirectories(root.resolve("bin"));
      Files.createDirectories(root.resolve("opt/ml"));
      Files.createDirectories(root.resolve("tmp"));
      Files.copy(busybox, programs.resolve("busybox"));
      Process list = new ProcessBuilder(busybox.toString(), "--list").start();
      for (String applet : list.inputReader().lines().toList()) {
        if (!applet.equals("busybox")) {
          Files.createSymbolicLink(programs.resolve(applet), Path.of("busybox"));
        }
      }
      engine.load(name, root, "ENTRYPOINT [\"/bin/sh\", \"-c\"]", "ENV PATH=/bin");
    } finally {
      Trees.delete(root);
    }
  }
}
