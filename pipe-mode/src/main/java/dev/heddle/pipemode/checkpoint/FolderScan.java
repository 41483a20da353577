package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.archive.FileNames;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Looks at what of a directory goes up: regular files without a temporary name, and links to such
 * files within the directory, as the file. Links to anything else, to directories too, are left out
 * with one warning each. For use by one thread.
 */
final class FolderScan {
  private static final Logger LOG = LogManager.getLogger(FolderScan.class);

  /** Is shown each thing once, a directory before what it holds, else in no order. */
  interface Visitor {
    void directory(String name, Path path);

    void file(String name, Path path, Found found);
  }

  /**
   * A file that would go up.
   *
   * @param file where its bytes are: the path itself, or what the link leads to
   */
  record Found(Path file, FileStamp stamp) {}

  private final Path root;
  private final Set<Path> warned = new HashSet<>();
  private String trouble = "";

  FolderScan(Path root) {
    this.root = root;
  }

  /** Why the last walk wasn't whole; empty when it was. */
  String trouble() {
    return trouble;
  }

  /** Null when there is nothing at the path that would go up. */
  Found look(Path path) {
    try {
      return found(path, attributes(path));
    } catch (IOException e) {
      return null;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private Found found(Path path, BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return new Found(path, FileStamp.of(attributes));
    }
    return attributes.isSymbolicLink() ? linked(path) : null;
  }

  private Found linked(Path link) {
    try {
      Path file = link.toRealPath();
      BasicFileAttributes attributes = attributes(file);
      if (file.startsWith(root.toRealPath()) && attributes.isRegularFile()) {
        return new Found(file, FileStamp.of(attributes));
      }
    } catch (IOException e) {
      // It leads to nothing, or is gone.
    }
    if (warned.add(link)) {
      LOG.warn("{} isn't kept in S3: it links to no file of the checkpoint directory", link);
    }
    return null;
  }

  /**
   * Goes through a directory of the root, or the root.
   *
   * @param name the directory's relative to the root; empty for the root
   * @return whether all of it was seen; what vanishes meanwhile counts as gone
   */
  boolean walk(String name, Path directory, Visitor visitor) {
    trouble = "";
    children(name, directory, visitor);
    return trouble.isEmpty();
  }

  private void children(String name, Path directory, Visitor visitor) {
    visitor.directory(name, directory);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path path : entries) {
        String segment = FileNames.text(path.getFileName());
        if (!TemporaryNames.isTemporary(segment)) {
          child(name.isEmpty() ? segment : name + "/" + segment, path, visitor);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // It was there a moment ago.
    } catch (IOException e) {
      failed(directory, e);
    } catch (DirectoryIteratorException e) {
      failed(directory, e.getCause());
    }
  }

  private void child(String name, Path path, Visitor visitor) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = attributes(path);
    } catch (NoSuchFileException e) {
      return;
    }
    if (attributes.isDirectory()) {
      children(name, path, visitor);
      return;
    }
    Found found = found(path, attributes);
    if (found != null) {
      visitor.file(name, path, found);
    }
  }

  private void failed(Path directory, IOException failure) {
    trouble = "The directory " + directory + " can't be read (" + failure + ").";
  }
}
