package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Brings File-mode channels to the disk: several objects at once, and several 8 MiB ranges of a
 * large object at once, as far as the pool has connections.
 */
public final class FileChannelDownload {
  private static final Logger LOG = LogManager.getLogger(FileChannelDownload.class);

  /** What all fetches that run have of memory, but for many connections. */
  private static final int MEMORY = 64 << 20;

  private static final int LARGEST_BUFFER = 256 << 10;
  private static final int SMALLEST_BUFFER = 16 << 10;

  private final ObjectSource store;
  private final TransferPool pool;
  private final DiskReserve reserve;
  private final ReceivedRanges known;

  /**
   * @param pool shared with other downloads; the caller closes it
   * @param reserve what stays free on the disk
   * @param known what earlier downloads brought
   */
  public FileChannelDownload(
      ObjectSource store, TransferPool pool, DiskReserve reserve, ReceivedRanges known) {
    this.store = store;
    this.pool = pool;
    this.reserve = reserve;
    this.known = known;
  }

  /** A channel on its way. */
  private record Share(ChannelListing listing, LocalNames names, ShardFiles files) {
    String channel() {
      return listing.source().name();
    }
  }

  /**
   * Downloads each channel's shard into {@code dataDirectory/CHANNEL/}, and then lists all the
   * channel's objects in {@code dataDirectory/CHANNEL-manifest}. Ranges that are known to be there
   * are not fetched again; where there are none it removes what is in the directory. When it
   * returns or throws, none of its work goes on. To cancel it, interrupt its thread.
   *
   * @param shards of these listings; fetched one after the other, once there is room for all
   * @param dataDirectory made when it's missing
   * @param received is told the bytes that were added to the disk or are there already, from many
   *     threads; they sum up to all {@link Shard#bytes}
   * @throws dev.heddle.pipemode.ObjectStoreException when an object can't be read, or isn't any
   *     more the one that was listed
   * @throws DiskFullException when the disk has no room, or its reserve would be used
   * @throws IOException also when a key can't be a file below the channel's directory
   */
  public void download(Map<ChannelListing, Shard> shards, Path dataDirectory, LongConsumer received)
      throws IOException, InterruptedException {
    for (Map.Entry<ChannelListing, Shard> each : shards.entrySet()) {
      names(each.getKey()).check(each.getValue(), each.getKey().directoryKeys());
    }
    Files.createDirectories(dataDirectory);
    List<Share> shares = new ArrayList<>();
    for (Map.Entry<ChannelListing, Shard> each : shards.entrySet()) {
      shares.add(begin(each.getKey(), each.getValue(), dataDirectory, received));
    }
    require(shares, dataDirectory);
    try {
      // The large files of all channels first: whoever else fills the disk finds it as full.
      for (Share share : shares) {
        pool.runAll(fetch(share, received).allocations());
      }
      require(shares, dataDirectory);
      for (Share share : shares) {
        for (String key : share.listing.directoryKeys()) {
          Files.createDirectories(share.names.resolve(share.files.directory(), key));
        }
        pool.runAll(fetch(share, received).fetches());
        writeManifest(share.listing, manifest(dataDirectory, share.listing));
        LOG.info("Channel {}: all {} objects are there", share.channel(), share.files.size());
      }
    } catch (IOException e) {
      IOException told = DiskFullException.explain(e, dataDirectory);
      if (told instanceof DiskFullException) {
        // The node stays in service only if the disk gets its room back.
        for (Share share : shares) {
          known.forget(share.files.directory());
          removeTree(share.files.directory());
        }
      }
      throw told;
    }
  }

  private static LocalNames names(ChannelListing listing) {
    return new LocalNames(listing.prefix().key(), listing.source().name());
  }

  private static Path manifest(Path dataDirectory, ChannelListing listing) {
    return dataDirectory.resolve(listing.source().name() + "-manifest");
  }

  private Share begin(
      ChannelListing listing, Shard shard, Path dataDirectory, LongConsumer received)
      throws IOException {
    Files.deleteIfExists(manifest(dataDirectory, listing));
    LocalNames names = names(listing);
    Path directory = dataDirectory.resolve(listing.source().name());
    ShardFiles files = known.of(directory, shard, names);
    if (files.isEmpty()) {
      removeTree(directory);
    } else {
      LOG.info(
          "Channel {}: {} of {} bytes are there from before",
          listing.source().name(),
          files.bytes(),
          shard.bytes());
      received.accept(files.bytes());
    }
    Files.createDirectories(directory);
    return new Share(listing, names, files);
  }

  /** Makes sure that all that is missing fits on the disk. */
  private void require(List<Share> shares, Path dataDirectory) throws IOException {
    long missing = shares.stream().mapToLong(share -> share.files.missing()).sum();
    String channels =
        shares.stream()
            .map(share -> "\"" + share.channel() + "\"")
            .collect(Collectors.joining(", "));
    reserve.require(
        dataDirectory,
        missing,
        shares.size() == 1 ? "Channel " + channels : "The data of the channels " + channels);
  }

  private ShardFetch fetch(Share share, LongConsumer received) {
    int buffer = Math.max(SMALLEST_BUFFER, Math.min(LARGEST_BUFFER, MEMORY / pool.connections()));
    return new ShardFetch(store, share.files, buffer, received);
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
}
