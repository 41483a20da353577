package dev.heddle.pipemode.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What tells one content of a file from another: a file that is written has another size or another
 * time afterwards, and one that is renamed to the name is another inode.
 *
 * @param size bytes
 * @param writtenAt when the file was last written, nanoseconds since 1970
 * @param inode device and inode; null where the file system has none
 */
record FileStamp(long size, long writtenAt, Object inode) {

  static FileStamp of(BasicFileAttributes file) {
    return new FileStamp(
        file.size(), file.lastModifiedTime().to(TimeUnit.NANOSECONDS), file.fileKey());
  }

  /** The stamp of the file itself, should it be a link. */
  static FileStamp of(Path file) throws IOException {
    return of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
  }
}
