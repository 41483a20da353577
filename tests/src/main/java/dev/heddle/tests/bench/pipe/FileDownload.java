package dev.heddle.tests.bench.pipe;

import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.channel.ChannelListing;
import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.channel.FileChannelDownload;
import dev.heddle.pipemode.channel.ReceivedRanges;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code FileDownload URI DIRECTORY CONNECTIONS RESERVE-PERCENT}: brings a channel to the disk as
 * an agent does in File mode, into {@code DIRECTORY/train}. S3 is told by AWS's variables.
 */
public final class FileDownload {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private FileDownload() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    S3Access access =
        new S3Access(
            Optional.of(URI.create(System.getenv("AWS_ENDPOINT_URL_S3"))),
            System.getenv("AWS_REGION"),
            true,
            Optional.of(
                new S3Access.Keys(
                    System.getenv("AWS_ACCESS_KEY_ID"),
                    System.getenv("AWS_SECRET_ACCESS_KEY"),
                    Optional.empty())),
            PATIENCE);
    ChannelSource source =
        new ChannelSource(
            "train",
            ChannelSource.Kind.S3_PREFIX,
            ObjectUri.parse(args[0]),
            false,
            OptionalLong.empty());
    try (ObjectStore store = S3ObjectStore.open(access);
        TransferPool pool = new TransferPool("download", Integer.parseInt(args[2]))) {
      ChannelListing listing = ChannelListing.resolve(store, source);
      new FileChannelDownload(
              store, pool, DiskReserve.percent(Integer.parseInt(args[3])), new ReceivedRanges())
          .download(Map.of(listing, listing.forHost(0, 1, 0)), Path.of(args[1]), bytes -> {});
    }
  }
}
