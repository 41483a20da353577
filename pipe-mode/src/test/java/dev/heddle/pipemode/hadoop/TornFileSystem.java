package dev.heddle.pipemode.hadoop;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BufferedFSInputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;

/**
 * The local files as {@code torn:}, read by streams that break after a piece; one that is called
 * {@code dead} yields nothing at all, and a directory {@code denied} is nobody's to read.
 */
public final class TornFileSystem extends RawLocalFileSystem {
  static final int PIECE = 64;
  static final AtomicInteger LISTINGS = new AtomicInteger();

  private static final URI ROOT = URI.create("torn:///");

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public void initialize(URI uri, Configuration conf) throws IOException {
    super.initialize(uri, conf);
    setConf(conf);
  }

  @Override
  public File pathToFile(Path path) {
    return new File(path.toUri().getPath());
  }

  private static void check(Path path) throws AccessControlException {
    if (path.toUri().getPath().contains("/denied")) {
      throw new AccessControlException(
          "Permission denied: user=weaver, access=READ_EXECUTE, inode=\"/denied\"\n\tat a.Trace");
    }
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    check(path);
    return plain(super.getFileStatus(path));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    check(path);
    LISTINGS.incrementAndGet();
    return Arrays.stream(super.listStatus(path))
        .map(TornFileSystem::plain)
        .toArray(FileStatus[]::new);
  }

  /** Without the local file's permissions, which are looked up by a path that isn't this one. */
  private static FileStatus plain(FileStatus file) {
    return new FileStatus(
        file.getLen(),
        file.isDirectory(),
        1,
        file.getBlockSize(),
        file.getModificationTime(),
        file.getPath());
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    FSDataInputStream whole = super.open(path, bufferSize);
    boolean dead = path.getName().equals("dead");
    return new FSDataInputStream(
        new BufferedFSInputStream(
            new FSInputStream() {
              private int left = dead ? 0 : PIECE;

              @Override
              public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
              }

              @Override
              public int read(byte[] into, int offset, int length) throws IOException {
                if (left == 0) {
                  throw new IOException("the datanode is gone");
                }
                int n = whole.read(into, offset, Math.min(length, left));
                left -= Math.max(0, n);
                return n;
              }

              @Override
              public void seek(long position) throws IOException {
                whole.seek(position);
              }

              @Override
              public long getPos() throws IOException {
                return whole.getPos();
              }

              @Override
              public boolean seekToNewSource(long position) {
                return false;
              }

              @Override
              public void close() throws IOException {
                whole.close();
              }
            },
            PIECE));
  }
}
