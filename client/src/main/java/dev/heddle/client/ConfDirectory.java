package dev.heddle.client;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Objects;

/** Finds Hadoop's configuration files in a directory before those on the class path. */
final class ConfDirectory extends URLClassLoader {
  private static final String[] FILES = {"core-site.xml", "yarn-site.xml", "heddle-site.xml"};

  private ConfDirectory(URL directory, ClassLoader parent) {
    super(new URL[] {directory}, parent);
  }

  static ConfDirectory of(Path directory, ClassLoader parent) {
    try {
      return new ConfDirectory(directory.toUri().toURL(), parent);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not a directory: " + directory, e);
    }
  }

  /** Whether the class path finds the directory's files by itself. */
  boolean isOnClassPath() {
    for (String file : FILES) {
      URL own = findResource(file);
      URL other = getParent().getResource(file);
      if (own != null && !Objects.equals(own.toString(), String.valueOf(other))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own != null ? own : super.getResource(name);
  }
}
