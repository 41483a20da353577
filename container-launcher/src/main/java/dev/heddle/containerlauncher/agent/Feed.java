package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.ChannelFlow;
import dev.heddle.pipemode.channel.PipeChannel;
import dev.heddle.pipemode.feed.ChannelFeeder;
import dev.heddle.pipemode.feed.FeedStatus;
import dev.heddle.pipemode.read.ParallelReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** All feeders of one host, which share one reader's connections and memory. */
final class Feed implements Closeable {
  private static final Logger LOG = LogManager.getLogger(Feed.class);
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ParallelReader reader;
  private final List<PipeChannel> channels = new ArrayList<>();
  private final List<ChannelFeeder> feeders = new ArrayList<>();

  /**
   * @param reader closed with this
   */
  Feed(ParallelReader reader) {
    this.reader = reader;
  }

  ParallelReader reader() {
    return reader;
  }

  /** Closed with this. */
  void add(PipeChannel channel) {
    channels.add(channel);
  }

  /** Makes the first pipes, and feeds from then on. */
  void start(String name, Path directory, Consumer<IOException> onFailure) throws IOException {
    for (PipeChannel channel : channels) {
      ChannelFeeder feeder =
          new ChannelFeeder(
              name,
              channel.name(),
              directory,
              channel,
              Integer.MAX_VALUE,
              System::nanoTime,
              onFailure);
      feeder.start();
      feeders.add(feeder);
    }
  }

  List<ChannelFlow> flows() {
    return feeders.stream().map(feeder -> flow(feeder.status())).toList();
  }

  private static ChannelFlow flow(FeedStatus status) {
    return new ChannelFlow(
        status.channel(),
        status.epoch(),
        status.open(),
        status.bytes(),
        status.objects(),
        status.totalBytes(),
        status.bytesPerSecond(),
        status.dataWaitNanos() / NANOS_PER_MILLI,
        status.readerWaitNanos() / NANOS_PER_MILLI);
  }

  /** Why a pipe that the algorithm opened couldn't be fed to its end. */
  Optional<IOException> failure() {
    return feeders.stream().flatMap(feeder -> feeder.failure().stream()).findFirst();
  }

  @Override
  public void close() {
    feeders.forEach(ChannelFeeder::close);
    reader.close();
    for (PipeChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.warn(
            "channel {}: its temporary files stay until the container ends", channel.name(), e);
      }
    }
  }
}
