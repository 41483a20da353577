package dev.heddle.client.submit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;

/** Whether an image that is a directory or archive on a file system is where the job says. */
final class ImageCheck {
  private static final String WHERE = " ($.AlgorithmSpecification.TrainingImage)";

  private final Configuration hadoop;
  private final Findings findings;

  ImageCheck(Configuration hadoop, Findings findings) {
    this.hadoop = hadoop;
    this.findings = findings;
  }

  static boolean isInS3(String image) {
    return image.startsWith("s3:");
  }

  /** Looks at {@code file:} and at Hadoop's file systems; other images are not the client's. */
  void check(String image) throws IOException {
    if (image.startsWith("file:")) {
      if (!Files.exists(Path.of(URI.create(image).getPath()))) {
        findings.warning(
            image
                + WHERE
                + " is not on this machine; it must be on every node that may run a host");
      }
    } else if (image.startsWith("hdfs:")) {
      org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(image);
      if (!path.getFileSystem(hadoop).exists(path)) {
        findings.fault(image + WHERE + ": there is no such image");
      }
    }
  }
}
