package dev.heddle.am.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * One ApplicationMaster's own part of the job's journal: entries are there for the next one when
 * {@link #append} has returned. Where the file system can't promise that of an open file, each
 * batch of entries is a file. For use by one thread.
 */
public final class Journal implements Closeable {
  private static final FsPermission OWNER_ONLY = new FsPermission((short) 0600);
  private static final int BUFFER = 4096;

  /** As {@code StreamCapabilities} calls it. */
  private static final String FLUSHABLE = "hflush";

  private final FileSystem files;
  private final Path directory;
  private final int master;
  private int part;
  private FSDataOutputStream open;

  /**
   * @param directory is made if need be
   * @param master the number of YARN's application attempt
   */
  public Journal(FileSystem files, Path directory, int master) throws IOException {
    // Its checksums are written by whole chunks alone.
    this.files = files instanceof LocalFileSystem local ? local.getRaw() : files;
    this.directory = directory;
    this.master = master;
    this.files.mkdirs(directory, new FsPermission((short) 0700));
  }

  /**
   * @throws IOException when they may not be there
   */
  public void append(List<Entry> entries) throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    entries.forEach(entry -> lines.append(EntryLine.write(entry)));
    if (open == null) {
      open = create();
    }
    open.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    if (open.hasCapability(FLUSHABLE)) {
      open.hflush();
    } else {
      open.close();
      open = null;
    }
  }

  private FSDataOutputStream create() throws IOException {
    return files.create(
        JournalParts.path(directory, master, ++part),
        OWNER_ONLY,
        EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
        BUFFER,
        files.getDefaultReplication(directory),
        files.getDefaultBlockSize(directory),
        null);
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
