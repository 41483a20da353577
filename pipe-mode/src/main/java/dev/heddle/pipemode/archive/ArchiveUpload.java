package dev.heddle.pipemode.archive;

import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Makes one {@code .tar.gz} of many hosts' trees without bringing them together: each host writes
 * its tree's tar entries as a gzip member into parts of one multipart upload, and one of them
 * appends what was too small for parts and the end of the archive. Members, and tar entries,
 * concatenate.
 */
public final class ArchiveUpload {
  private static final Logger LOG = LogManager.getLogger(ArchiveUpload.class);
  private static final int BUFFER = 64 * 1024;
  // Two zero blocks end a tar archive; old readers want a whole record of 20.
  private static final int TAR_RECORD = 10_240;

  private final ObjectStore store;
  private final LongConsumer sent;

  /**
   * @param sent is told the bytes that have arrived in the store, from several threads
   */
  public ArchiveUpload(ObjectStore store, LongConsumer sent) {
    this.store = store;
    this.sent = sent;
  }

  /** How much a slice of this tree will hold; a directory that isn't there holds nothing. */
  public static TreeSize survey(Path root) throws IOException {
    long[] found = new long[2];
    TreeWalk.walk(
        root,
        (name, path, attributes) -> {
          if (!attributes.isDirectory()) {
            found[0]++;
            found[1] += attributes.isRegularFile() ? attributes.size() : 0;
          }
        });
    return new TreeSize(found[0], found[1]);
  }

  /**
   * Writes a tree's entries (their names are relative to the root) as this host's part of the
   * archive. Links stay links, and aren't followed; sockets and the like are left out. A tree that
   * holds nothing brings nothing. Interrupt the thread to cancel it; its interrupt flag stays set.
   *
   * @param target this host's share of the upload
   * @param tail where less than 5 MiB in all is put instead
   */
  public ArchiveSlice slice(Path root, MultipartTarget target, ObjectUri tail) throws IOException {
    try (PartSink parts = new PartSink(store, target, sent)) {
      LazyMember member = new LazyMember(parts);
      TarTree.write(root, member);
      member.end();
      List<UploadedPart> written = parts.finish(false);
      int rest = parts.rest().remaining();
      if (rest > 0) {
        store.put(tail, parts.rest());
        sent.accept(rest);
      }
      LOG.info(
          "{}: {} is in {} parts and {} bytes beside them",
          target.object(),
          root,
          written.size(),
          rest);
      return new ArchiveSlice(written, rest > 0 ? Optional.of(tail) : Optional.empty());
    }
  }

  /**
   * Writes the last parts of the archive: the tails, one after the other, and the end of the
   * archive. It removes no tail, as the upload isn't complete yet: the caller does so after it has
   * completed it.
   *
   * @param target the part numbers above every host's
   * @param tails all hosts' tails, in the order in which they shall stand
   * @return one part or more
   */
  public List<UploadedPart> finish(MultipartTarget target, List<ObjectUri> tails)
      throws IOException {
    try (PartSink parts = new PartSink(store, target, sent)) {
      byte[] buffer = new byte[BUFFER];
      for (ObjectUri tail : tails) {
        ObjectInfo object =
            store
                .head(tail)
                .orElseThrow(
                    () ->
                        new ObjectStoreException(
                            Kind.NOT_FOUND,
                            "Could not complete "
                                + target.object()
                                + ": its piece "
                                + tail
                                + " is gone.",
                            null));
        try (InputStream in = store.open(object, 0, object.size())) {
          int n;
          while ((n = in.read(buffer)) >= 0) {
            parts.write(buffer, 0, n);
          }
        }
      }
      FastGzip end = new FastGzip(parts);
      end.write(new byte[TAR_RECORD]);
      end.finish();
      end.free();
      return parts.finish(true);
    }
  }

  /** A gzip member that takes little time. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }

    /** Returns the deflater's native memory without closing what is below. */
    void free() {
      def.end();
    }
  }

  /** A gzip member that begins with the first byte: an empty tree writes nothing at all. */
  private static final class LazyMember extends OutputStream {
    private final OutputStream parts;
    private FastGzip gzip;
    private BufferedOutputStream out;

    LazyMember(OutputStream parts) {
      this.parts = parts;
    }

    private OutputStream begun() throws IOException {
      if (out == null) {
        gzip = new FastGzip(parts);
        out = new BufferedOutputStream(gzip, BUFFER);
      }
      return out;
    }

    @Override
    public void write(int b) throws IOException {
      begun().write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      begun().write(bytes, offset, length);
    }

    void end() throws IOException {
      if (out != null) {
        out.flush();
        gzip.finish();
        gzip.free();
      }
    }
  }
}
