package dev.heddle.tests.local;

import dev.heddle.tests.embedded.EmbeddedS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An S3 server as a process, so that it can stand in another network namespace: {@code DIRECTORY
 * DATA}. Its bucket {@code jobs} lies in DIRECTORY and has DATA's files. It prints what a client's
 * environment must hold, then {@code ready}, and ends with its input.
 */
final class S3Main {
  static final String BUCKET = "jobs";

  private S3Main() {}

  private static List<Path> files(Path above) throws IOException {
    try (Stream<Path> all = Files.walk(above)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedS3 s3 = EmbeddedS3.start(Optional.of(Path.of(arguments[0])))) {
      s3.createBucket(BUCKET);
      Path data = Path.of(arguments[1]);
      for (Path file : files(data)) {
        s3.put(BUCKET, data.relativize(file).toString(), Files.readAllBytes(file));
      }
      s3.environment().forEach((name, value) -> System.out.println(name + "=" + value));
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // until whoever started it closes it
      }
    }
  }
}
