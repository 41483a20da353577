package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/** Brings a process runtime's image to the node. A local directory is used where it stands. */
final class ImageFetch {
  private final Configuration hadoop;
  private final Supplier<ObjectStore> s3;

  /**
   * @param s3 asked only when an image stands in S3
   */
  ImageFetch(Configuration hadoop, Supplier<ObjectStore> s3) {
    this.hadoop = hadoop;
    this.s3 = s3;
  }

  /**
   * @param into where to unpack or copy to; made when needed
   * @return the directory that holds the image
   */
  Path fetch(TrainingImage image, Path into) throws FaultException, InterruptedException {
    try {
      Path root = image.isLocal() && !image.archive() ? image.localPath() : into;
      if (image.isLocal()) {
        fetchLocal(image, into);
      } else if (image.isObject()) {
        fetchObjects(image, into);
      } else {
        fetchHadoop(image, into);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return root;
    } catch (ObjectStoreException e) {
      throw new FaultException(
          Blame.CLIENT,
          "The TrainingImage '" + image.text() + "' could not be read: " + e.getMessage(),
          e);
    } catch (IOException | UnsupportedOperationException e) {
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException().initCause(e);
      }
      String detail =
          e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
      throw new FaultException(
          Blame.CLIENT,
          "The TrainingImage '" + image.text() + "' could not be brought to the node: " + detail,
          e);
    }
  }

  private static void fetchLocal(TrainingImage image, Path into)
      throws FaultException, IOException {
    Path path = image.localPath();
    if (image.archive() ? !Files.isRegularFile(path) : !Files.isDirectory(path)) {
      throw missing(image, " on the node; every node must have it at this path");
    }
    if (image.archive()) {
      try (InputStream in = Files.newInputStream(path)) {
        new ArchiveUnpacker(into).unpack(in);
      }
    }
  }

  private void fetchObjects(TrainingImage image, Path into) throws FaultException, IOException {
    ObjectStore store = s3.get();
    ObjectUri uri = ObjectUri.parse(image.text());
    if (image.archive()) {
      ObjectInfo info = store.head(uri).orElseThrow(() -> missing(image, ""));
      try (InputStream in = store.open(info, 0, info.size())) {
        new ArchiveUnpacker(into).unpack(in);
      }
      return;
    }
    ObjectUri folder = uri.child("");
    List<ObjectInfo> objects = new ArrayList<>();
    store.list(folder, objects::add);
    if (objects.isEmpty()) {
      throw missing(image, "");
    }
    for (ObjectInfo object : objects) {
      String name = object.uri().key().substring(folder.key().length());
      if (!name.isEmpty() && !name.endsWith("/")) {
        try (InputStream in = store.open(object, 0, object.size())) {
          copy(in, inside(into, name));
        }
      }
    }
  }

  private void fetchHadoop(TrainingImage image, Path into) throws FaultException, IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(image.text());
    FileSystem files = FileSystem.get(URI.create(image.text().replace(" ", "%20")), hadoop);
    FileStatus status;
    try {
      status = files.getFileStatus(path);
    } catch (java.io.FileNotFoundException e) {
      throw missing(image, "");
    }
    if (image.archive() ? !status.isFile() : !status.isDirectory()) {
      throw missing(image, "");
    }
    if (image.archive()) {
      try (InputStream in = files.open(path)) {
        new ArchiveUnpacker(into).unpack(in);
      }
      return;
    }
    String root = status.getPath().toUri().getPath();
    var all = files.listFiles(path, true);
    while (all.hasNext()) {
      FileStatus file = all.next();
      String name = file.getPath().toUri().getPath().substring(root.length() + 1);
      try (InputStream in = files.open(file.getPath())) {
        copy(in, inside(into, name));
      }
    }
  }

  private static Path inside(Path root, String name) throws IOException {
    Path file = root.resolve(name).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new IOException("'" + name + "' would stand outside the image");
    }
    return file;
  }

  /** Neither S3 nor HDFS keeps modes: what looks like a program becomes executable. */
  private static void copy(InputStream in, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    byte[] head = in.readNBytes(4);
    try (var out = Files.newOutputStream(file)) {
      out.write(head);
      in.transferTo(out);
    }
    boolean script = head.length >= 2 && head[0] == '#' && head[1] == '!';
    boolean binary =
        head.length == 4 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F';
    Files.setPosixFilePermissions(
        file, PosixFilePermissions.fromString(script || binary ? "rwxr-xr-x" : "rw-r--r--"));
  }

  private static FaultException missing(TrainingImage image, String where) {
    return new FaultException(
        Blame.CLIENT,
        "The TrainingImage '"
            + image.text()
            + "' is no "
            + (image.archive() ? "archive" : "directory")
            + " that exists"
            + where
            + ".");
  }
}
