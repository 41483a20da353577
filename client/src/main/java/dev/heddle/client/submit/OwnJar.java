package dev.heddle.client.submit;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Finds the jar that this program came from. {@code hadoop jar} (Hadoop's RunJar) may unpack a jar
 * and load classes from the directory, but it keeps the jar itself on the class path behind it.
 */
public final class OwnJar {
  private static final String MASTER = "dev/heddle/am/launch/Staging.class";

  private OwnJar() {}

  /**
   * @param program a class of the program
   * @throws CommandException when no whole Heddle jar is on the class path
   */
  public static Path of(Class<?> program) throws CommandException {
    String resource = program.getName().replace('.', '/') + ".class";
    try {
      for (URL url : Collections.list(program.getClassLoader().getResources(resource))) {
        if (url.openConnection() instanceof JarURLConnection connection) {
          connection.setUseCaches(false);
          try (JarFile jar = connection.getJarFile()) {
            if (jar.getEntry(MASTER) != null) {
              return Path.of(jar.getName()).toAbsolutePath();
            }
          }
        }
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.INTERNAL, "heddle's own jar can't be read: " + e.getMessage(), e);
    }
    throw CommandException.input(
        "heddle runs from "
            + program.getProtectionDomain().getCodeSource().getLocation()
            + ", which is not its whole jar: build it (mvn package) and run"
            + " client/target/heddle-VERSION.jar, because the cluster's nodes need that one file");
  }

  /** The jar's version; where Hadoop has unpacked the jar, classes no longer know it. */
  public static Optional<String> version(Class<?> program) {
    try (JarFile jar = new JarFile(of(program).toFile())) {
      return Optional.ofNullable(jar.getManifest())
          .map(m -> m.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION));
    } catch (IOException | CommandException e) {
      return Optional.empty();
    }
  }
}
