package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The images that tests want in the engine. */
final class Images {
  private final DockerEngine engine;

  Images(DockerEngine engine) {
    this.engine = engine;
  }

  /** A sample algorithm's, by its name. */
  String sample(String name) throws IOException, InterruptedException {
    new SampleImages(Path.of(System.getProperty("heddle.home")), engine.host().toString())
        .build(name);
    return SampleImages.image(name);
  }

  /** The same image by another name. */
  void tag(String image, String name) throws IOException, InterruptedException {
    DockerEngine.Outcome tagged = engine.run("tag", image, name);
    if (tagged.code() != 0) {
      throw new IOException(tagged.output());
    }
  }

  /** One whose {@code train} is this shell script. */
  String script(String name, String script, String... changes)
      throws IOException, InterruptedException {
    return program(name, "#!/bin/sh\n" + script, "rwxr-xr-x", changes);
  }

  /** One whose {@code train} is this file. */
  String program(String name, String text, String mode, String... changes)
      throws IOException, InterruptedException {
    Path train = Files.createTempFile("train", "");
    try {
      Files.writeString(train, text);
      Files.setPosixFilePermissions(train, PosixFilePermissions.fromString(mode));
      String image = SampleImages.image(name);
      DerivedImage.make(engine, sample("shell"), image, train, changes);
      return image;
    } finally {
      Files.delete(train);
    }
  }
}
