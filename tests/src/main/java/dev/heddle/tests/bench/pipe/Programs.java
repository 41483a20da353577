package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The programs in C, compiled.
 *
 * @param measure runs a command and tells what it used
 * @param reader the trainer: reads and counts
 * @param limit what can be reached
 */
record Programs(Path measure, Path reader, Path limit) {

  /**
   * Compiles them.
   *
   * @param sources {@code tests/src/main/c}
   * @throws IOException when there is no compiler
   */
  static Programs compile(Path sources, Path directory) throws IOException, InterruptedException {
    if (!Tool.onPath("gcc")) {
      throw new IOException(
          "there is no gcc, which compiles the programs that measure: install it (Debian: apt-get"
              + " install gcc libc6-dev)");
    }
    Files.createDirectories(directory);
    return new Programs(
        one("measure", sources, directory),
        one("reader", sources, directory),
        one("limit", sources, directory));
  }

  private static Path one(String name, Path sources, Path directory)
      throws IOException, InterruptedException {
    Path program = directory.resolve(name);
    Tool.run(
        directory.resolve(name + ".log"),
        List.of(
            "gcc",
            "-O2",
            "-pthread",
            "-o",
            program.toString(),
            sources.resolve(name + ".c").toString()));
    return program;
  }
}
