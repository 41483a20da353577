package dev.heddle.pipemode.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Goes through a tree in the order of names, without following links. What is no file, directory or
 * link, and what vanishes meanwhile, is left out with a warning.
 */
final class TreeWalk {
  private static final Logger LOG = LogManager.getLogger(TreeWalk.class);

  /** Is shown each thing once, a directory before what it holds. */
  @FunctionalInterface
  interface Visitor {
    /**
     * @param name relative to the root, with slashes and without one at the end
     * @param attributes the thing's own, not those of what it links to
     */
    void visit(String name, Path path, PosixFileAttributes attributes) throws IOException;
  }

  private TreeWalk() {}

  /** A root that doesn't exist holds nothing. */
  static void walk(Path root, Visitor visitor) throws IOException {
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      children(root, "", visitor);
    }
  }

  private static void children(Path directory, String prefix, Visitor visitor) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(paths::add);
    } catch (NoSuchFileException e) {
      LOG.warn("{} vanished while it was read", directory);
      return;
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    paths.sort(Comparator.comparing(path -> FileNames.text(path.getFileName())));
    for (Path path : paths) {
      String name = prefix + FileNames.text(path.getFileName());
      PosixFileAttributes attributes;
      try {
        attributes =
            Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        LOG.warn("{} vanished while its directory was read", path);
        continue;
      }
      if (attributes.isOther()) {
        LOG.warn("{} is left out: it is no file, directory or link", path);
        continue;
      }
      visitor.visit(name, path, attributes);
      if (attributes.isDirectory()) {
        children(path, name + "/", visitor);
      }
    }
  }
}
