package dev.heddle.containerlauncher.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a stranger's {@code .tar.gz} so that nothing is written outside one directory: names must
 * stay inside, nothing is written through a link. Symbolic links themselves may point anywhere, as
 * a Python environment's do. Modes are kept, owners and set-id bits are not.
 */
final class ArchiveUnpacker {
  private static final int BUFFER = 64 * 1024;

  private final Path root;

  ArchiveUnpacker(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * @throws IOException when it isn't such an archive, or would write outside
   */
  void unpack(InputStream gzipped) throws IOException {
    Files.createDirectories(root);
    Deque<Map.Entry<Path, Integer>> directories = new ArrayDeque<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(gzipped, BUFFER), "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted");
        }
        Path target = inside(entry.getName());
        if (entry.isDirectory()) {
          makeDirectories(target);
          directories.push(Map.entry(target, entry.getMode()));
        } else {
          write(entry, tar, target);
        }
      }
    }
    // Last, innermost first: a directory may forbid writing.
    for (Map.Entry<Path, Integer> directory : directories) {
      setMode(directory.getKey(), directory.getValue());
    }
  }

  private void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path target)
      throws IOException {
    if (target.equals(root)) {
      throw new IOException("the archive's entry '" + entry.getName() + "' has no name");
    }
    if (!entry.isFile() && !entry.isSymbolicLink() && !entry.isLink()) {
      return; // devices and FIFOs have no place in an image
    }
    makeDirectories(target.getParent());
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          "the archive has both a file and a directory '" + entry.getName() + "'");
    }
    Files.deleteIfExists(target);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Path existing = inside(entry.getLinkName());
      checkParents(existing.getParent());
      Files.createLink(target, existing);
    } else {
      Files.copy(tar, target);
      setMode(target, entry.getMode());
    }
  }

  private Path inside(String name) throws IOException {
    Path path = root.resolve(name.replaceFirst("^(\\./+)+", "")).normalize();
    if (name.startsWith("/") || !path.startsWith(root)) {
      throw new IOException("the archive's entry '" + name + "' would stand outside the image");
    }
    return path;
  }

  /** Makes the missing ones of a directory's parents, and never follows a link on the way. */
  private void makeDirectories(Path directory) throws IOException {
    if (directory.equals(root)) {
      return;
    }
    makeDirectories(directory.getParent());
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        throw new IOException(
            "the archive would write through '" + root.relativize(directory) + "'", e);
      }
    }
  }

  private void checkParents(Path directory) throws IOException {
    for (Path at = directory; !at.equals(root); at = at.getParent()) {
      if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("the archive links through '" + root.relativize(at) + "'");
      }
    }
  }

  private static void setMode(Path path, int mode) throws IOException {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] highToLow = PosixFilePermission.values();
    for (int i = 0; i < highToLow.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(highToLow[i]);
      }
    }
    Files.setPosixFilePermissions(path, permissions);
  }
}
