package dev.heddle.pipemode.directory;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/** Where the files of objects and of what will become objects lie. */
final class FilePlaces {
  /** What begins so, beside an object, isn't whole yet. Renaming it can't cross a file system. */
  static final String UNFINISHED = ".heddle-unfinished.";

  private static final int ATTEMPTS = 100;

  private FilePlaces() {}

  /**
   * The file of an object, or the directory or cut-short name that a prefix means.
   *
   * @throws ObjectStoreException when the address can't be one of a file
   */
  static Path of(ObjectUri uri) throws ObjectStoreException {
    if (!uri.bucket().isEmpty()) {
      throw refused(uri, "it names another machine: write file:///" + uri.key());
    }
    boolean odd =
        !uri.key().isEmpty()
            && Arrays.stream(uri.key().replaceAll("/$", "").split("/", -1))
                .anyMatch(
                    part ->
                        part.isEmpty()
                            || part.equals(".")
                            || part.equals("..")
                            || part.startsWith(UNFINISHED));
    if (odd) {
      throw refused(uri, "write the path without empty parts, \".\" and \"..\"");
    }
    try {
      return Path.of("/" + uri.key());
    } catch (InvalidPathException e) {
      throw refused(uri, "a file can't have that name");
    }
  }

  /** The file of an object that is to be written. */
  static Path ofWritten(ObjectUri object) throws ObjectStoreException {
    Path file = of(object);
    if (object.key().isEmpty() || object.key().endsWith("/")) {
      throw refused(object, "a file can't have that name");
    }
    // S3 takes a/b beside a; a directory doesn't.
    for (Path above = file.getParent(); above != null; above = above.getParent()) {
      if (isNoDirectory(above)) {
        throw refused(object, above + " is no directory");
      }
    }
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(object, "it is a directory");
    }
    return file;
  }

  /**
   * Where an object's file is made ready.
   *
   * @param id nobody else's
   */
  static Path unfinished(Path file, String id) {
    return file.resolveSibling(UNFINISHED + id);
  }

  /** Makes a file and the directories above it, also while others remove such as are empty. */
  static FileChannel make(Path fresh) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.createDirectories(fresh.getParent());
        return FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        // The latter: it was there when it was to be made, and gone when that was looked at.
        if (attempt == ATTEMPTS || isNoDirectory(fresh.getParent())) {
          throw e;
        }
      }
    }
  }

  /** Whether something else is there; one look, since others make and remove it meanwhile. */
  private static boolean isNoDirectory(Path path) {
    try {
      return !Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Removes hidden directories that are empty by now: those of temporary objects. Others may be a
   * person's, who may stand in one.
   */
  static void prune(Path directory) {
    try {
      for (Path empty = directory; isHidden(empty); empty = empty.getParent()) {
        Files.delete(empty);
      }
    } catch (IOException e) {
      return; // it holds something, or is gone
    }
  }

  private static boolean isHidden(Path directory) {
    Path name = directory.getFileName();
    return name != null && name.toString().startsWith(".");
  }

  private static ObjectStoreException refused(ObjectUri uri, String why) {
    return new ObjectStoreException(Kind.REFUSED, "Could not use " + uri + ": " + why + ".", null);
  }
}
