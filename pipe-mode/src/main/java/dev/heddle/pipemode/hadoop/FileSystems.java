package dev.heddle.pipemode.hadoop;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The file systems in use, each opened once, and as this process's user. */
final class FileSystems {
  private static final Logger LOG = LogManager.getLogger(FileSystems.class);

  private final Configuration hadoop;
  private final boolean localFiles;
  private final Map<URI, FileSystem> opened = new HashMap<>();
  private boolean closed;

  FileSystems(Configuration hadoop, boolean localFiles) {
    this.hadoop = hadoop;
    this.localFiles = localFiles;
  }

  /** The file system that an address lies in. */
  synchronized FileSystem of(ObjectUri uri) throws ObjectStoreException {
    if (uri.inFiles() && !localFiles) {
      throw new ObjectStoreException(
          Kind.REFUSED,
          "Could not read "
              + uri
              + ": a job doesn't read the files of a node, since every node has others. Put them"
              + " into S3 or on a file system that all nodes share, such as HDFS. Only heddle local"
              + " reads this machine's files.",
          null);
    }
    if (closed) {
      throw new ObjectStoreException(
          Kind.REFUSED, "The connection to Hadoop's file systems has been closed.", null);
    }
    try {
      URI root = path(uri.withKey("")).toUri();
      FileSystem files = opened.get(root);
      if (files == null) {
        // One of its own rather than a shared one, so that it can be closed.
        files = FileSystem.newInstance(root, hadoop);
        opened.put(root, files);
      }
      return files;
    } catch (IOException | RuntimeException | LinkageError e) {
      throw HadoopFaults.translate("open " + uri, uri, e, Duration.ZERO);
    }
  }

  /** Nothing is decoded: a percent sign in a key is one in the file's name. */
  static Path path(ObjectUri uri) {
    return new Path(uri.scheme(), uri.bucket().isEmpty() ? null : uri.bucket(), "/" + uri.key());
  }

  /** Fails whatever is still read. */
  synchronized void close() {
    closed = true;
    for (FileSystem files : opened.values()) {
      try {
        files.close();
      } catch (IOException e) {
        LOG.debug("closing {}", files.getUri(), e);
      }
    }
    opened.clear();
  }
}
