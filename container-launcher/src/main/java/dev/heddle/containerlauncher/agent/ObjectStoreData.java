package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.job.TrainingJobRequest.Channel;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.containerlauncher.runtime.FaultException;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.RoutedSource;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.archive.ArchiveUpload;
import dev.heddle.pipemode.archive.TreeUpload;
import dev.heddle.pipemode.channel.ChannelListing;
import dev.heddle.pipemode.channel.FileChannelDownload;
import dev.heddle.pipemode.channel.PipeChannel;
import dev.heddle.pipemode.channel.ReceivedRanges;
import dev.heddle.pipemode.channel.Shard;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
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
  // A download that fails and is called again goes on with it.
  private final ReceivedRanges received = new ReceivedRanges();
  private final AtomicLong bytesOut = new AtomicLong();
  private ObjectStore store;
  private Feed feed;
  private boolean closed;

  /**
   * @param opener called once at most
   * @param hadoop where channels that are not in S3 come from; closed with this
   * @param settings {@code heddle.s3.connections}, {@code heddle.pipe.memory-mb} and {@code
   *     heddle.disk.reserve-percent}
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
    for (Channel channel : channels(request, "File")) {
      ChannelListing listing = ChannelListing.resolve(source(), Channels.source(channel));
      shares.put(listing, listing.forHost(hosts.indexOf(host), hosts.size(), 0));
    }
    bytesIn.set(0);
    bytesInTotal.set(shares.values().stream().mapToLong(Shard::bytes).sum());
    DiskReserve reserve = DiskReserve.percent(settings.integer(Setting.DISK_RESERVE));
    try (TransferPool pool =
        new TransferPool("download", settings.integer(Setting.S3_CONNECTIONS))) {
      new FileChannelDownload(source(), pool, reserve, received)
          .download(shares, tree.data(), bytesIn::addAndGet);
    }
    received.forget();
  }

  private static List<Channel> channels(TrainingJobRequest request, String mode) {
    return request.inputDataConfig().stream()
        .filter(channel -> request.inputModeOf(channel).equals(mode))
        .toList();
  }

  @Override
  public void feed(
      TrainingJobRequest request,
      String host,
      List<String> hosts,
      NodePaths paths,
      Consumer<IOException> onFailure)
      throws IOException, InterruptedException {
    List<Channel> pipes = channels(request, "Pipe");
    if (pipes.isEmpty()) {
      return;
    }
    Files.createDirectories(paths.feed());
    Feed made =
        new Feed(
            new ParallelReader(
                source(),
                new ReadLimits(
                    settings.integer(Setting.S3_CONNECTIONS),
                    (long) settings.integer(Setting.PIPE_MEMORY) << 20,
                    pipes.size())));
    take(made);
    PipeChannel.Place place = new PipeChannel.Place(hosts.indexOf(host), hosts.size());
    for (Channel channel : pipes) {
      made.add(
          PipeChannel.open(
              source(),
              Channels.source(channel),
              place,
              Channels.format(channel),
              made.reader(),
              paths.feed()));
    }
    made.start(request.trainingJobName() + " " + host, paths.tree().data(), onFailure);
  }

  private synchronized void take(Feed made) {
    if (closed) {
      made.close();
      throw new IllegalStateException("the host's data moves no more");
    }
    if (feed != null) {
      feed.close(); // an earlier attempt's, whose algorithm never began
    }
    feed = made;
  }

  private synchronized Optional<Feed> feed() {
    return Optional.ofNullable(feed);
  }

  @Override
  public void endFeed() throws IOException {
    Optional<Feed> ending = feed();
    if (ending.isPresent()) {
      ending.get().close();
      Optional<IOException> failure = ending.get().failure();
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
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
    return new Progress(
        bytesIn.get(),
        bytesInTotal.get(),
        bytesOut.get(),
        feed().map(Feed::flows).orElse(List.of()),
        Optional.empty());
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
    if (feed != null) {
      feed.close();
    }
    if (store != null) {
      store.close();
    }
    hadoop.close();
  }
}
