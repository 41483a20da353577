package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.TransferPool;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Brings a File-mode channel to the disk: several objects at once, and several 8 MiB ranges of a
 * large object at once, as far as the pool has connections.
 */
public final class FileChannelDownload {
  private static final Logger LOG = LogManager.getLogger(FileChannelDownload.class);

  static final long RANGE = 8L << 20;
  private static final int BUFFER = 128 * 1024;
  private static final long BLOCK = 4096;

  private final ObjectSource store;
  private final TransferPool pool;
  private final DiskReserve reserve;

  /**
   * @param pool shared with other downloads; the caller closes it
   * @param reserve what stays free on the disk
   */
  public FileChannelDownload(ObjectSource store, TransferPool pool, DiskReserve reserve) {
    this.store = store;
    this.pool = pool;
    this.reserve = reserve;
  }

  /**
   * Downloads a shard into {@code dataDirectory/CHANNEL/}, of which it removes what was there, and
   * then lists all the channel's objects in {@code dataDirectory/CHANNEL-manifest}. When it returns
   * or throws, none of its work goes on. To cancel it, interrupt its thread.
   *
   * @param shard of that listing
   * @param dataDirectory made when it's missing
   * @param received is told the bytes that were added to the disk, from many threads; they sum up
   *     to {@link Shard#bytes}
   * @throws dev.heddle.pipemode.ObjectStoreException when an object can't be read, or isn't any
   *     more the one that was listed
   * @throws DiskFullException when the disk has no room, or its reserve would be used
   * @throws IOException also when a key can't be a file below the channel's directory
   */
  public void download(
      ChannelListing listing, Shard shard, Path dataDirectory, LongConsumer received)
      throws IOException, InterruptedException {
    String channel = listing.source().name();
    LocalNames names = new LocalNames(listing.prefix().key(), channel);
    names.check(shard, listing.directoryKeys());
    Files.createDirectories(dataDirectory);
    Path directory = dataDirectory.resolve(channel);
    Path manifest = dataDirectory.resolve(channel + "-manifest");
    Files.deleteIfExists(manifest);
    removeTree(directory);
    Files.createDirectory(directory);
    reserve.require(directory, onDisk(shard), "Channel \"" + channel + "\"");
    try {
      for (String key : listing.directoryKeys()) {
        Files.createDirectories(names.resolve(directory, key));
      }
      pool.runAll(new Pieces(shard, names, directory, received));
      writeManifest(listing, manifest);
    } catch (IOException e) {
      throw DiskFullException.explain(e, directory);
    }
    LOG.info("Channel {}: {} objects, {} bytes are there", channel, shard.size(), shard.bytes());
  }

  /** Files take whole blocks. */
  private static long onDisk(Shard shard) {
    long sum = 0;
    for (int i = 0; i < shard.size(); i++) {
      sum += (shard.bytes(i) + BLOCK - 1) / BLOCK * BLOCK;
    }
    return sum;
  }

  private static void removeTree(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The list that SageMaker leaves beside a channel: the key prefix, then every object. */
  private static void writeManifest(ChannelListing listing, Path manifest) throws IOException {
    Path unfinished = manifest.resolveSibling("." + manifest.getFileName() + ".tmp");
    try (Writer out = Files.newBufferedWriter(unfinished)) {
      out.write(line(listing.prefix().key()));
      for (ObjectInfo object : listing.all()) {
        out.write(line(object.uri().toString()));
      }
    }
    Files.move(unfinished, manifest, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String line(String text) {
    return text.replace("\r", "%0D").replace("\n", "%0A") + "\n";
  }

  /** Cuts a shard into pieces of work, one at a time. */
  private final class Pieces implements Iterator<TransferPool.Work> {
    private final Shard shard;
    private final LocalNames names;
    private final Path directory;
    private final LongConsumer received;
    private int nextObject;
    private ObjectInfo object;
    private Path file;
    private long offset;

    Pieces(Shard shard, LocalNames names, Path directory, LongConsumer received) {
      this.shard = shard;
      this.names = names;
      this.directory = directory;
      this.received = received;
    }

    @Override
    public boolean hasNext() {
      return object != null || nextObject < shard.size();
    }

    @Override
    public TransferPool.Work next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        if (object == null) {
          object = shard.get(nextObject++);
          file = names.resolve(directory, object.uri().key());
          offset = 0;
          if (object.size() > RANGE) {
            preallocate(file, object.size());
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      ObjectInfo from = object;
      Path to = file;
      long at = offset;
      long length = Math.min(RANGE, from.size() - at);
      offset += length;
      if (offset >= from.size()) {
        object = null;
      }
      return () -> fetch(from, at, length, to, received);
    }
  }

  private static void preallocate(Path file, long size) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  private void fetch(ObjectInfo object, long offset, long length, Path file, LongConsumer received)
      throws IOException {
    if (object.size() <= RANGE) {
      Files.createDirectories(file.getParent());
    }
    try (InputStream in = store.open(object, offset, length);
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, length))];
      long position = offset;
      long end = offset + length;
      while (position < end) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, end - position));
        if (n < 0) {
          throw new EOFException(object.uri() + " ended " + (end - position) + " bytes early");
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
        while (bytes.hasRemaining()) {
          position += out.write(bytes, position);
        }
        received.accept(n);
      }
    }
  }
}
