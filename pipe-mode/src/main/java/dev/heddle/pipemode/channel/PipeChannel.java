package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.feed.EpochSource;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.frame.RecordIo;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;

/** One host's side of a Pipe-mode channel: what flows in each epoch, and in which order. */
public final class PipeChannel implements EpochSource, Closeable {

  /**
   * Which of the hosts that get the channel.
   *
   * @param index from 0
   */
  public record Place(int index, int hosts) {}

  /** The pieces of an epoch. */
  private interface Contents extends Closeable {
    PieceSource epoch(int epoch) throws IOException;

    /** Stored bytes of an epoch, as far as known; -1 when unknown. */
    long bytes(int epoch);
  }

  private final String name;
  private final Contents contents;
  private final PipeFormat format;
  private final ParallelReader reader;
  private final Path scratch;

  private PipeChannel(
      String name, Contents contents, PipeFormat format, ParallelReader reader, Path scratch) {
    this.name = name;
    this.contents = contents;
    this.format = format;
    this.reader = reader;
    this.scratch = scratch;
  }

  /**
   * Lists the channel, and finds what can't flow before anything does.
   *
   * @param reader shared with other channels
   * @param scratch a directory for temporary files, which nobody else sees
   * @throws IOException as {@link ChannelListing#resolve}; also for a line of an augmented manifest
   *     that can't be used, and for an object that is too long for a record
   */
  public static PipeChannel open(
      ObjectSource store,
      ChannelSource source,
      Place place,
      PipeFormat format,
      ParallelReader reader,
      Path scratch)
      throws IOException, InterruptedException {
    Contents contents;
    if (source.kind() == ChannelSource.Kind.AUGMENTED_MANIFEST_FILE) {
      contents = lines(AugmentedManifest.load(store, source, scratch), place);
    } else {
      ChannelListing listing = ChannelListing.resolve(store, source);
      if (format.recordIo() && !format.gunzip()) {
        checkRecords(listing, source.name());
      }
      contents = objects(listing, place);
    }
    return new PipeChannel(source.name(), contents, format, reader, scratch);
  }

  private static void checkRecords(ChannelListing listing, String channel) throws IOException {
    for (ObjectInfo object : listing.all()) {
      if (object.size() >= RecordIo.TOO_LONG) {
        throw RecordIo.tooLong(object, object.size(), channel);
      }
    }
  }

  private static Contents objects(ChannelListing listing, Place place) {
    return new Contents() {
      @Override
      public PieceSource epoch(int epoch) {
        Iterator<ObjectInfo> shard =
            listing.forHost(place.index(), place.hosts(), epoch).iterator();
        return () -> shard.hasNext() ? new Piece.StoredObject(shard.next()) : null;
      }

      @Override
      public long bytes(int epoch) {
        return listing.forHost(place.index(), place.hosts(), epoch).bytes();
      }

      @Override
      public void close() {}
    };
  }

  private static Contents lines(AugmentedManifest manifest, Place place) {
    return new Contents() {
      @Override
      public PieceSource epoch(int epoch) {
        return manifest.epoch(place.index(), place.hosts(), epoch);
      }

      @Override
      public long bytes(int epoch) {
        return -1;
      }

      @Override
      public void close() throws IOException {
        manifest.close();
      }
    };
  }

  public String name() {
    return name;
  }

  /** How many stored bytes an epoch has on this host; -1 when only reading it tells. */
  public long bytes(int epoch) {
    return contents.bytes(epoch);
  }

  @Override
  public EpochBytes open(int epoch) throws IOException {
    return format.open(reader, contents.epoch(epoch), name, scratch);
  }

  @Override
  public void close() throws IOException {
    contents.close();
  }
}
