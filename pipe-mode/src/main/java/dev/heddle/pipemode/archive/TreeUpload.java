package dev.heddle.pipemode.archive;

import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Stores a tree as it is, one object a file ({@code OutputDataConfig.CompressionType: NONE}). */
public final class TreeUpload {
  private static final Logger LOG = LogManager.getLogger(TreeUpload.class);
  private static final int FILES_AT_ONCE = 8;

  private TreeUpload() {}

  /**
   * Puts each file under {@code folder/NAME}, its name relative to the root. A link to a file
   * within the root is stored as that file; other links, which S3 can't hold, are left out with a
   * warning, and so are sockets and the like. When it returns or throws, nothing goes on.
   *
   * @param sent is told each file's size once it has arrived, from several threads
   */
  public static void upload(Path root, ObjectUri folder, ObjectStore store, LongConsumer sent)
      throws IOException, InterruptedException {
    List<TransferPool.Work> works = new ArrayList<>();
    Path realRoot = Files.exists(root) ? root.toRealPath() : root;
    TreeWalk.walk(
        root,
        (name, path, attributes) -> {
          if (attributes.isDirectory()) {
            return;
          }
          Path file = attributes.isSymbolicLink() ? linked(path, realRoot) : path;
          if (file != null) {
            works.add(
                () -> {
                  long size = Files.size(file);
                  store.putFile(folder.child(name), file);
                  sent.accept(size);
                });
          }
        });
    try (TransferPool pool = new TransferPool("upload-tree", FILES_AT_ONCE)) {
      pool.runAll(works.iterator());
    }
  }

  private static Path linked(Path link, Path realRoot) {
    try {
      Path file = link.toRealPath();
      if (file.startsWith(realRoot) && Files.isRegularFile(file)) {
        return file;
      }
      LOG.warn("{} is left out: it links to something that is no file of the same tree", link);
    } catch (IOException e) {
      LOG.warn("{} is left out: it links to nothing that can be read", link);
    }
    return null;
  }
}
