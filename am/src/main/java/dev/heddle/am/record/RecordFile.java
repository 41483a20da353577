package dev.heddle.am.record;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/** Replaces a small file as a whole: a reader sees the old text or the new, never half of one. */
public final class RecordFile {
  private static final FsPermission OWNER_ONLY = new FsPermission((short) 0600);

  private final FileContext files;
  private final Path path;

  /**
   * @throws IOException when the path's file system can't be had
   */
  public RecordFile(FileSystem fileSystem, Path path) throws IOException {
    this.files = FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf());
    this.path = path;
  }

  /** What is there; empty when there is nothing. */
  public Optional<String> read() throws IOException {
    try (InputStream in = files.open(path)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  public void replace(String text) throws IOException {
    Path fresh = new Path(path.getParent(), "." + path.getName() + ".new");
    try (OutputStream out =
        files.create(
            fresh,
            EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
            Options.CreateOpts.perms(OWNER_ONLY))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    files.rename(fresh, path, Options.Rename.OVERWRITE);
  }
}
