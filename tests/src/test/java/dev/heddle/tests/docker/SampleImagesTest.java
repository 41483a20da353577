package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleImagesTest {
  @TempDir private Path home;
  private SampleImages images;

  @BeforeEach
  void nameTheEngine() {
    images = new SampleImages(home, "unix:///an/engine");
  }

  @Test
  void theBuildIsToldTheEngineAndTheNames() throws IOException, InterruptedException {
    Path told = home.resolve("told");
    script("echo \"$DOCKER_HOST $*\" > " + told);
    images.build("shell", "xgboost");
    assertEquals("unix:///an/engine shell xgboost\n", Files.readString(told));
  }

  @Test
  void aFailedBuildSaysHowItEnded() throws IOException {
    script("seq 100; echo 'no mirror' >&2; exit 3");
    IOException failure = assertThrows(IOException.class, () -> images.build("shell"));
    String message = failure.getMessage();
    assertTrue(message.contains("build shell left with 3"), message);
    assertTrue(message.endsWith("\n99\n100\nno mirror"), message);
    assertFalse(message.contains("\n75\n"), message);
  }

  private void script(String body) throws IOException {
    Path file = home.resolve("tests/algorithms/build");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
