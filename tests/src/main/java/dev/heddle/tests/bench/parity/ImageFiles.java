package dev.heddle.tests.bench.parity;

import dev.heddle.tests.docker.DockerEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A Docker image's files on this machine, and an image of the process runtime that runs them where
 * they lie: what is compared must be one program on one Python with one set of libraries, whatever
 * this machine has itself. The kernel is told to start the image's own dynamic loader, which takes
 * libraries from there alone.
 *
 * @param directory has {@code train}, and {@code python}, which runs the image's Python
 */
record ImageFiles(Path directory) {
  /** Mapped files that are to be executed, each with its digest and its path in the image. */
  private static final String MAPPED =
      """
      import hashlib, os, sys
      import numpy, torch, torch.distributed
      torch.nn.functional.cross_entropy(torch.ones(2, 2) @ torch.ones(2, 2), torch.tensor([0, 1]))
      root = sys.argv[1]
      for line in open("/proc/self/maps"):
          words = line.split(maxsplit=5)
          if "x" in words[1] and len(words) == 6 and words[5].startswith("/"):
              file = os.path.realpath(words[5].strip())
              print("mapped", hashlib.sha256(open(file, "rb").read()).hexdigest(),
                    "/" + os.path.relpath(file, root) if file.startswith(root) else file)
      """;

  private static final String PYTHON =
      """
      #!/bin/sh
      libraries=$(echo ROOT/usr/lib/*-linux-gnu)
      export PYTHONHOME=ROOT/usr
      exec "$libraries"/ld-linux*.so.? --library-path \\
        "$libraries/openblas-serial:$libraries:ROOT/usr/lib" ROOT/usr/bin/python3 "$@"
      """;

  private static final String TRAIN =
      """
      #!/bin/sh
      exec DIRECTORY/python ROOT/usr/local/bin/train
      """;

  /**
   * @param into an empty directory that everybody may read
   * @throws IOException also when a file would not be the image's
   */
  static ImageFiles export(DockerEngine engine, String image, Path into)
      throws IOException, InterruptedException {
    Path root = Files.createDirectories(into.resolve("root"));
    Path directory = Files.createDirectories(into.resolve("image"));
    String container = succeed(engine, "create", "--network", "none", image, "false");
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                engine.client("export", container).redirectError(ProcessBuilder.Redirect.INHERIT),
                new ProcessBuilder("tar", "-C", root.toString(), "-x", "--exclude=dev/*")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)));
    for (Process process : pipeline) {
      if (process.waitFor() != 0) {
        throw new IOException("the files of " + image + " could not be copied");
      }
    }
    succeed(engine, "rm", container);
    write(directory.resolve("python"), PYTHON, directory, root);
    write(directory.resolve("train"), TRAIN, directory, root);
    ImageFiles files = new ImageFiles(directory);
    requireSame(
        parse(
            succeed(
                engine,
                "run",
                "--rm",
                "--network",
                "none",
                image,
                "/usr/bin/python3",
                "-c",
                MAPPED,
                "/")),
        files.mapped(root));
    return files;
  }

  Path train() {
    return directory.resolve("train");
  }

  private Map<String, String> mapped(Path root) throws IOException, InterruptedException {
    Process python =
        new ProcessBuilder(
                directory.resolve("python").toString(), "-c", MAPPED, root.toRealPath().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (python.waitFor() != 0) {
      throw new IOException("the image's Python doesn't run outside of Docker: " + said.strip());
    }
    return parse(said);
  }

  /** Digests by path. */
  private static Map<String, String> parse(String said) {
    Map<String, String> files = new TreeMap<>();
    said.lines()
        .map(line -> line.split(" ", 3))
        .filter(words -> words.length == 3 && words[0].equals("mapped"))
        .forEach(words -> files.put(words[2], words[1]));
    return files;
  }

  static void requireSame(Map<String, String> docker, Map<String, String> outside)
      throws IOException {
    Set<String> differing = new TreeSet<>(docker.keySet());
    differing.addAll(outside.keySet());
    differing.removeIf(
        file -> docker.containsKey(file) && docker.get(file).equals(outside.get(file)));
    if (docker.isEmpty() || !differing.isEmpty()) {
      throw new IOException(
          "in Docker and outside, Python would run other files: " + String.join(", ", differing));
    }
  }

  private static void write(Path file, String script, Path directory, Path root)
      throws IOException {
    Files.writeString(
        file, script.replace("DIRECTORY", directory.toString()).replace("ROOT", root.toString()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String succeed(DockerEngine engine, String... arguments)
      throws IOException, InterruptedException {
    DockerEngine.Outcome outcome = engine.run(arguments);
    if (outcome.code() != 0) {
      throw new IOException("docker " + arguments[0] + " failed: " + outcome.output());
    }
    return outcome.output();
  }
}
