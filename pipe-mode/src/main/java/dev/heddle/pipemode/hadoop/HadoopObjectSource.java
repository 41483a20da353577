package dev.heddle.pipemode.hadoop;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.retry.Attempts;
import dev.heddle.pipemode.retry.Backoff;
import dev.heddle.pipemode.retry.Causes;
import dev.heddle.pipemode.retry.ResumedStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * HDFS, and every other file system that the Hadoop configuration knows, read as if it were S3: an
 * address is a plain prefix ({@code hdfs://nn/data/train} has {@code /data/train-2/x} too), every
 * file below it counts, those that begin with a dot or an underscore as well, and directories are
 * nothing but parts of names. A file is told from one that replaced it by the file system's own tag
 * for it, or else by its time of change and its length.
 *
 * <p>Hadoop's clients try again by themselves. Beyond that a range whose stream breaks is opened
 * again, at the byte where it broke. An interrupt ends a call with an {@link ObjectStoreException},
 * and the interrupt flag stays set.
 */
public final class HadoopObjectSource implements ObjectSource {
  private final FileSystems fileSystems;
  private final Supplier<Backoff> backoff;

  HadoopObjectSource(FileSystems fileSystems, Supplier<Backoff> backoff) {
    this.fileSystems = fileSystems;
    this.backoff = backoff;
  }

  /**
   * For a job: {@code file:} is refused, since each node has other files. Opens nothing yet.
   *
   * @param hadoop not changed
   * @param retryFor how long a stream that breaks is opened again
   */
  public static HadoopObjectSource open(Configuration hadoop, Duration retryFor) {
    return new HadoopObjectSource(new FileSystems(hadoop, false), () -> Backoff.real(retryFor));
  }

  /** The same with {@code file:} allowed, for a person who reads files of this machine. */
  public static HadoopObjectSource withLocalFiles(Configuration hadoop, Duration retryFor) {
    return new HadoopObjectSource(new FileSystems(hadoop, true), () -> Backoff.real(retryFor));
  }

  /** Lists directory by directory, as the file system streams them; in no certain order. */
  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    checkKey(prefix);
    int cut = prefix.key().lastIndexOf('/') + 1;
    Path parent = FileSystems.path(prefix.withKey(prefix.key().substring(0, cut)));
    String begin = prefix.key().substring(cut);
    FileSystem files = fileSystems.of(prefix);
    // A file that stands where a directory should is listed by some as if it lay in itself.
    Consumer<ObjectInfo> within =
        file -> {
          if (file.uri().key().startsWith(prefix.key())) {
            each.accept(file);
          }
        };
    try {
      if (begin.isEmpty()) {
        below(files, parent, prefix, within);
      } else {
        RemoteIterator<FileStatus> entries = files.listStatusIterator(parent);
        while (entries.hasNext()) {
          FileStatus entry = entries.next();
          if (entry.getPath().getName().startsWith(begin)) {
            if (entry.isDirectory()) {
              below(files, entry.getPath(), prefix, within);
            } else {
              within.accept(info(prefix, entry));
            }
          }
        }
      }
    } catch (FileNotFoundException e) {
      if (exists(files, parent, prefix)) {
        throw HadoopFaults.vanished(prefix, e);
      }
      // Like a prefix that no key begins with.
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      ObjectStoreException failure = failed("list " + prefix, prefix, e);
      throw failure.kind() == Kind.ACCESS_DENIED && !begin.isEmpty()
          ? new ObjectStoreException(
              failure.kind(),
              failure.getMessage()
                  + " Where "
                  + prefix
                  + " is a directory, end it with a slash: then nothing beside it is looked at.",
              e)
          : failure;
    }
  }

  /** A flat listing, which the file systems on object stores have faster than the tree. */
  private static void below(
      FileSystem files, Path directory, ObjectUri prefix, Consumer<ObjectInfo> each)
      throws IOException {
    RemoteIterator<? extends FileStatus> all = files.listFiles(directory, true);
    while (all.hasNext()) {
      each.accept(info(prefix, all.next()));
    }
  }

  private static ObjectInfo info(ObjectUri within, FileStatus file) {
    // Without the slash; what the path's authority says may be Hadoop's, not the user's.
    String key = file.getPath().toUri().getPath().substring(1);
    return new ObjectInfo(within.withKey(key), file.getLen(), FileTag.of(file));
  }

  private static boolean exists(FileSystem files, Path path, ObjectUri prefix)
      throws ObjectStoreException {
    try {
      return files.exists(path);
    } catch (IOException e) {
      throw failed("list " + prefix, prefix, e);
    }
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    checkKey(object);
    if (object.key().isEmpty() || object.key().endsWith("/")) {
      return Optional.empty();
    }
    FileSystem files = fileSystems.of(object);
    try {
      FileStatus status = files.getFileStatus(FileSystems.path(object));
      return status.isDirectory()
          ? Optional.empty()
          : Optional.of(new ObjectInfo(object, status.getLen(), FileTag.of(status)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      throw failed("read " + object, object, e);
    }
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    if (offset < 0 || length < 0 || offset > object.size() - length) {
      throw new IllegalArgumentException(
          "no bytes " + offset + " to " + (offset + length - 1) + " in " + object);
    }
    if (length == 0 && object.size() > 0) {
      return InputStream.nullInputStream();
    }
    FileSystem files = fileSystems.of(object.uri());
    return new ResumedStream<>(
        new ResumedStream.Source<InputStream>() {
          @Override
          public InputStream open(long from, long bytes) throws IOException {
            return openAt(files, object, from, from + bytes);
          }

          @Override
          public void abandon(InputStream body) throws IOException {
            body.close();
          }
        },
        new Attempts("read " + object.uri(), backoff.get(), HadoopFaults.kinds(object.uri())),
        offset,
        length);
  }

  private static InputStream openAt(FileSystem files, ObjectInfo object, long at, long end)
      throws IOException {
    Path path = FileSystems.path(object.uri());
    FSDataInputStream in = null;
    try {
      in =
          FutureIO.awaitFuture(
              files
                  .openFile(path)
                  .opt(Options.OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, "sequential")
                  .opt(Options.OpenFileOptions.FS_OPTION_OPENFILE_SPLIT_START, Long.toString(at))
                  .opt(Options.OpenFileOptions.FS_OPTION_OPENFILE_SPLIT_END, Long.toString(end))
                  .build());
      // After opening: what is open stays what it was, even when it's replaced from now on.
      if (!FileTag.matches(object.etag(), files.getFileStatus(path))) {
        throw HadoopFaults.replaced(object.uri());
      }
      if (at > 0) {
        in.seek(at);
      }
      InputStream opened = in;
      in = null;
      return opened;
    } catch (FileNotFoundException e) {
      throw HadoopFaults.translate("read " + object.uri(), object.uri(), e, Duration.ZERO);
    } finally {
      if (in != null) {
        in.close();
      }
    }
  }

  private static ObjectStoreException failed(String doing, ObjectUri uri, Exception failure) {
    return Causes.interrupted(failure)
        ? HadoopFaults.kinds(uri).stopped(doing, failure)
        : HadoopFaults.translate(doing, uri, failure, Duration.ZERO);
  }

  /** Hadoop would read another path than the one that is written. */
  private static void checkKey(ObjectUri uri) throws ObjectStoreException {
    boolean folder = uri.key().endsWith("/");
    String path = folder ? uri.key().substring(0, uri.key().length() - 1) : uri.key();
    boolean odd =
        !uri.key().isEmpty()
            && Arrays.stream(path.split("/", -1))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (odd) {
      throw new ObjectStoreException(
          Kind.REFUSED,
          "Could not read " + uri + ": write the path without empty parts, \".\" and \"..\".",
          null);
    }
  }

  @Override
  public void close() {
    fileSystems.close();
  }
}
