package dev.heddle.tests.embedded;

import java.nio.file.Path;
import java.util.List;

/** How this JVM's own Java is started for short work. */
public final class JavaCommand {
  private JavaCommand() {}

  /** The java command and the options with which a short-lived JVM is ready soonest. */
  public static List<String> quickStart() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-XX:-UsePerfData");
  }
}
