package dev.heddle.tests.embedded;

import java.io.File;
import java.util.List;
import java.util.regex.Pattern;

/** The jars that this JVM was started with, by the artifacts they are. */
public final class ClassPath {
  private ClassPath() {}

  /**
   * @param artifact a Maven artifact id, such as {@code hadoop-client-api}
   * @throws IllegalStateException when no jar of that name and any version is there
   */
  public static File jar(String artifact) {
    Pattern name = Pattern.compile(Pattern.quote(artifact) + "-\\d[^/]*\\.jar");
    return entries().stream()
        .map(File::new)
        .filter(file -> name.matcher(file.getName()).matches())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(artifact + " is not on the class path"));
  }

  public static List<String> entries() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }
}
