package dev.heddle.tests.local;

import dev.heddle.tests.embedded.EmbeddedS3;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An S3 server as a process, so that it can stand in another network namespace: {@code DIRECTORY
 * DATA}. Its bucket {@code jobs} lies in DIRECTORY and has DATA's files below {@code data/}. It
 * prints what a client's environment must hold, then {@code ready}, and ends with its input.
 */
final class S3Main {
  static final String BUCKET = "jobs";

  private S3Main() {}

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedS3 s3 = EmbeddedS3.start(Optional.of(Path.of(arguments[0])))) {
      s3.createBucket(BUCKET);
      try (DirectoryStream<Path> data = Files.newDirectoryStream(Path.of(arguments[1]))) {
        for (Path file : data) {
          s3.put(BUCKET, "data/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
      s3.environment().forEach((name, value) -> System.out.println(name + "=" + value));
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // until whoever started it closes it
      }
    }
  }
}
