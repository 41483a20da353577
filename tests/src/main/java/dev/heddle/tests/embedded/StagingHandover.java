package dev.heddle.tests.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;

/**
 * Gives what clients put into the staging directory to the user of the containers, as soon as it is
 * there.
 *
 * <p>On HDFS an ApplicationMaster acts in the submitter's name, as whoever its process runs. A
 * local file system knows processes alone, so the submitter's files, which nobody else may read,
 * have to become the container user's. The submitter here is root, who still can do everything with
 * them.
 */
final class StagingHandover implements AutoCloseable {
  private static final long PAUSE_MILLIS = 20;

  private final Path staging;
  private final UserPrincipal user;
  private final Thread thread;
  private volatile boolean closed;

  private StagingHandover(Path staging, UserPrincipal user) {
    this.staging = staging;
    this.user = user;
    this.thread = new Thread(this::watch, "staging-handover");
    thread.setDaemon(true);
  }

  static StagingHandover start(Path staging, String user) throws IOException {
    StagingHandover handover =
        new StagingHandover(
            staging,
            staging.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    handover.handOver();
    handover.thread.start();
    return handover;
  }

  private void watch() {
    try {
      while (!closed) {
        handOver();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handOver() throws IOException {
    Files.walkFileTree(
        staging,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            give(directory);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            give(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            return goOn(failure);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            return failure == null ? FileVisitResult.CONTINUE : goOn(failure);
          }
        });
  }

  private static FileVisitResult goOn(IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  private void give(Path path) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    try {
      if (!view.getOwner().equals(user)) {
        view.setOwner(user);
      }
    } catch (NoSuchFileException e) {
      // Renamed or deleted meanwhile.
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
