package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.job.TrainingJobRequest.Channel;
import dev.heddle.containerlauncher.job.TrainingJobRequest.S3DataSource;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.containerlauncher.runtime.FaultException;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.RoutedSource;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.archive.ArchiveUpload;
import dev.heddle.pipemode.archive.TreeUpload;
import dev.heddle.pipemode.channel.ChannelListing;
import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.channel.FileChannelDownload;
import dev.heddle.pipemode.channel.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Moves one host's data between its node and an object store, which it opens when it must. Channels
 * may also come from Hadoop's file systems.
 */
final class ObjectStoreData implements HostData {
  private final Supplier<ObjectStore> opener;
  private final ObjectSource hadoop;
  private final Settings settings;
  private final AtomicLong bytesIn = new AtomicLong();
  private final AtomicLong bytesInTotal = new AtomicLong();
  private final AtomicLong bytesOut = new AtomicLong();
  private ObjectStore store;
  private boolean closed;

  /**
   * @param opener called once at most
   * @param hadoop where channels that are not in S3 come from; closed with this
   * @param settings {@code heddle.s3.connections} and {@code heddle.disk.reserve-percent}
   */
  ObjectStoreData(Supplier<ObjectStore> opener, ObjectSource hadoop, Settings settings) {
    this.opener = opener;
    this.hadoop = hadoop;
    this.settings = settings;
  }

  @Override
  public void download(TrainingJobRequest request, String host, List<String> hosts, OptMl tree)
      throws FaultException, IOException, InterruptedException {
    Map<ChannelListing, Shard> shares = new LinkedHashMap<>();
    for (Channel channel : request.inputDataConfig()) {
      if (!request.inputModeOf(channel).equals("File")) {
        throw new FaultException(
            Blame.CLIENT,
            "Channel \""
                + channel.channelName()
                + "\" asks for input mode "
                + request.inputModeOf(channel)
                + ", which this agent doesn't serve; use File.");
      }
      ChannelListing listing = ChannelListing.resolve(source(), sourceOf(channel));
      shares.put(listing, listing.forHost(hosts.indexOf(host), hosts.size(), 0));
    }
    bytesInTotal.set(shares.values().stream().mapToLong(Shard::bytes).sum());
    DiskReserve reserve = DiskReserve.percent(settings.integer(Setting.DISK_RESERVE));
    try (TransferPool pool =
        new TransferPool("download", settings.integer(Setting.S3_CONNECTIONS))) {
      FileChannelDownload download = new FileChannelDownload(source(), pool, reserve);
      for (Map.Entry<ChannelListing, Shard> share : shares.entrySet()) {
        download.download(share.getKey(), share.getValue(), tree.data(), bytesIn::addAndGet);
      }
    }
  }

  private static ChannelSource sourceOf(Channel channel) {
    S3DataSource source = channel.dataSource().s3DataSource();
    return new ChannelSource(
        channel.channelName(),
        "ManifestFile".equals(source.s3DataType())
            ? ChannelSource.Kind.MANIFEST_FILE
            : ChannelSource.Kind.S3_PREFIX,
        ObjectUri.parse(source.s3Uri()),
        "ShardedByS3Key".equals(source.s3DataDistributionType()),
        channel.shuffleConfig() == null || channel.shuffleConfig().seed() == null
            ? OptionalLong.empty()
            : OptionalLong.of(channel.shuffleConfig().seed()));
  }

  @Override
  public ArchiveSlice upload(Path root, UploadShare share)
      throws IOException, InterruptedException {
    if (share.target().uploadId().isEmpty()) {
      TreeUpload.upload(root, share.target().object(), store(), bytesOut::addAndGet);
      return new ArchiveSlice(List.of(), Optional.empty());
    }
    return archives().slice(root, share.target(), share.tail());
  }

  @Override
  public List<UploadedPart> append(AppendShare share) throws IOException {
    return archives().finish(share.target(), share.tails());
  }

  private ArchiveUpload archives() {
    return new ArchiveUpload(store(), bytesOut::addAndGet);
  }

  @Override
  public TreeSize survey(Path root) throws IOException {
    return ArchiveUpload.survey(root);
  }

  @Override
  public Progress progress() {
    return new Progress(bytesIn.get(), bytesInTotal.get(), bytesOut.get());
  }

  private ObjectSource source() {
    return new RoutedSource(store(), hadoop);
  }

  @Override
  public synchronized ObjectStore store() {
    if (closed) {
      throw new IllegalStateException("the host's data moves no more");
    }
    if (store == null) {
      store = opener.get();
    }
    return store;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (store != null) {
      store.close();
    }
    hadoop.close();
  }
}
