package dev.heddle.pipemode.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** A directory that is recognised again, should another one take its place. */
final class HeldRoot implements Closeable {

  /** What has become of it. */
  enum State {
    SAME,
    GONE,
    REPLACED
  }

  private final Path path;
  // Open, though nothing is read from it: the inode of a directory that is open is given to no
  // other one, as file systems else do at once.
  private final DirectoryStream<Path> open;
  private final Object inode;

  private HeldRoot(Path path, DirectoryStream<Path> open, Object inode) {
    this.path = path;
    this.open = open;
    this.inode = inode;
  }

  /**
   * @throws IOException when there is no such directory
   */
  @SuppressWarnings("StreamResourceLeak") // it stays open until this is closed
  static HeldRoot of(Path path) throws IOException {
    DirectoryStream<Path> open = Files.newDirectoryStream(path);
    try {
      return new HeldRoot(path, open, inode(path));
    } catch (IOException e) {
      open.close();
      throw e;
    }
  }

  private static Object inode(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  State look() {
    try {
      if (!Files.isDirectory(path)) {
        return State.GONE;
      }
      return Objects.equals(inode, inode(path)) ? State.SAME : State.REPLACED;
    } catch (IOException e) {
      return State.GONE;
    }
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
