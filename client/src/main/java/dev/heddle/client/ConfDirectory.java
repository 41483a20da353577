package dev.heddle.client;

import java.net.URL;
import java.net.URLClassLoader;

/** Finds Hadoop's configuration files in a directory before those on the class path. */
final class ConfDirectory extends URLClassLoader {

  ConfDirectory(URL directory, ClassLoader parent) {
    super(new URL[] {directory}, parent);
  }

  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own != null ? own : super.getResource(name);
  }
}
