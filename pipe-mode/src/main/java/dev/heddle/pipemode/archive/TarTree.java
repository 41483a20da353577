package dev.heddle.pipemode.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Writes a tree as POSIX tar entries and nothing after them: entries of several trees put one after
 * the other, and then two zero blocks, are one archive.
 */
final class TarTree {
  private static final Logger LOG = LogManager.getLogger(TarTree.class);
  private static final int BUFFER = 64 * 1024;
  private static final int LINK_MODE = 0777;

  private final TarArchiveOutputStream tar;
  private final byte[] buffer = new byte[BUFFER];

  private TarTree(OutputStream out) {
    tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /**
   * @param out neither flushed nor closed
   */
  // The stream must stay open: closing it would write the end of the archive.
  @SuppressWarnings("resource")
  static void write(Path root, OutputStream out) throws IOException {
    TarTree tree = new TarTree(out);
    TreeWalk.walk(root, tree::add);
  }

  private void add(String name, Path path, PosixFileAttributes attributes) throws IOException {
    if (attributes.isDirectory()) {
      tar.putArchiveEntry(entry(new TarArchiveEntry(name + "/"), attributes));
      tar.closeArchiveEntry();
    } else if (attributes.isSymbolicLink()) {
      addLink(name, path, attributes);
    } else {
      addFile(name, path, attributes);
    }
  }

  private void addLink(String name, Path path, PosixFileAttributes attributes) throws IOException {
    TarArchiveEntry entry = entry(new TarArchiveEntry(name, TarConstants.LF_SYMLINK), attributes);
    try {
      entry.setLinkName(FileNames.text(Files.readSymbolicLink(path)));
    } catch (NoSuchFileException e) {
      LOG.warn("{} vanished before it was read", path);
      return;
    }
    entry.setMode(LINK_MODE);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private void addFile(String name, Path path, PosixFileAttributes attributes) throws IOException {
    try (FileChannel in =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      TarArchiveEntry entry = entry(new TarArchiveEntry(name), attributes);
      entry.setSize(attributes.size());
      tar.putArchiveEntry(entry);
      copy(in, path, attributes.size());
      tar.closeArchiveEntry();
    } catch (NoSuchFileException e) {
      LOG.warn("{} vanished before it was read", path);
    }
  }

  /** The header has told a size; the file may have another one by now. */
  private void copy(FileChannel in, Path path, long size) throws IOException {
    long left = size;
    while (left > 0) {
      int n = in.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, left)));
      if (n < 0) {
        LOG.warn("{} became {} bytes shorter while it was read; zeros stand for them", path, left);
        pad(left);
        return;
      }
      tar.write(buffer, 0, n);
      left -= n;
    }
    if (in.size() > size) {
      LOG.warn("{} became longer while it was read; its first {} bytes are kept", path, size);
    }
  }

  private void pad(long count) throws IOException {
    byte[] zeros = new byte[BUFFER];
    long left = count;
    while (left > 0) {
      int n = (int) Math.min(zeros.length, left);
      tar.write(zeros, 0, n);
      left -= n;
    }
  }

  /** Owners are left out, as they mean nothing on the machine that unpacks it. */
  private static TarArchiveEntry entry(TarArchiveEntry entry, PosixFileAttributes attributes) {
    entry.setMode(mode(attributes.permissions()));
    entry.setModTime(TimeUnit.SECONDS.toMillis(attributes.lastModifiedTime().to(TimeUnit.SECONDS)));
    entry.setIds(0, 0);
    entry.setNames("", "");
    return entry;
  }

  private static int mode(Set<PosixFilePermission> permissions) {
    int mode = 0;
    // From the owner's reading down to the others' executing.
    for (PosixFilePermission each : PosixFilePermission.values()) {
      mode = mode << 1 | (permissions.contains(each) ? 1 : 0);
    }
    return mode;
  }
}
