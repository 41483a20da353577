package dev.heddle.client.pipe;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.channel.PipeChannel;
import dev.heddle.pipemode.feed.ChannelFeeder;
import dev.heddle.pipemode.feed.FeedStatus;
import dev.heddle.pipemode.feed.StandardOutput;
import dev.heddle.pipemode.feed.StreamFeeder;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Feeds one channel without a job. */
public final class PipeRun {
  private static final long REDRAW_MILLIS = 250;

  private final Session session;
  private final Settings settings;
  private final PipeRequest request;

  public PipeRun(Session session, Settings settings, PipeRequest request) {
    this.session = session;
    this.settings = settings;
    this.request = request;
  }

  /**
   * @return the exit code
   */
  public int run(ObjectSource store) throws CommandException, IOException, InterruptedException {
    ReadLimits limits =
        new ReadLimits(
            settings.integer(Setting.S3_CONNECTIONS),
            (long) settings.integer(Setting.PIPE_MEMORY) << 20,
            1);
    Path scratch = Files.createTempDirectory("heddle-pipe-");
    try (ParallelReader reader = new ParallelReader(store, limits);
        PipeChannel channel =
            PipeChannel.open(
                store, request.source(), request.place(), request.format(), reader, scratch)) {
      return request.fifo().isPresent() ? intoFifos(channel) : intoStandardOutput(channel);
    } catch (ObjectStoreException e) {
      throw failed(e);
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  private static CommandException failed(ObjectStoreException e) {
    boolean unreachable = e.kind() == ObjectStoreException.Kind.UNREACHABLE;
    return new CommandException(
        unreachable ? ExitCode.UNREACHABLE : ExitCode.INPUT, e.getMessage(), e);
  }

  private int intoFifos(PipeChannel channel)
      throws CommandException, IOException, InterruptedException {
    Path base = request.fifo().orElseThrow().toAbsolutePath();
    AtomicReference<IOException> failure = new AtomicReference<>();
    try (ChannelFeeder feeder =
        new ChannelFeeder(
            "heddle pipe",
            base.getFileName().toString(),
            base.getParent(),
            channel,
            request.epochs(),
            System::nanoTime,
            failure::set)) {
      Closeable cleaning = session.world().onInterrupt(feeder::close);
      feeder.start();
      watch(channel, feeder::status, session.inBackground(() -> await(feeder)), "");
      cleaning.close();
    }
    if (failure.get() instanceof ObjectStoreException e) {
      throw failed(e);
    }
    if (failure.get() != null) {
      throw new CommandException(ExitCode.INPUT, failure.get().getMessage(), failure.get());
    }
    return ExitCode.DONE;
  }

  private static Boolean await(ChannelFeeder feeder) throws InterruptedException {
    feeder.awaitEnd();
    return true;
  }

  private int intoStandardOutput(PipeChannel channel)
      throws CommandException, IOException, InterruptedException {
    StreamFeeder feeder = new StreamFeeder(request.source().name(), channel, System::nanoTime);
    Future<Boolean> flow =
        session.inBackground(() -> feeder.feed(request.epochs(), new StandardOutput()));
    watch(channel, feeder::status, flow, ", the reader closed early");
    return ExitCode.DONE;
  }

  private void watch(
      PipeChannel channel, Supplier<FeedStatus> status, Future<Boolean> flow, String earlyRemark)
      throws CommandException, IOException, InterruptedException {
    long bytes = channel.bytes(0);
    PipeProgress progress =
        new PipeProgress(
            session.console(),
            status,
            bytes < 0 ? -1 : bytes * request.epochs(),
            System.nanoTime());
    while (true) {
      try {
        flow.get(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        progress.draw(System.nanoTime());
        continue;
      } catch (ExecutionException e) {
        progress.end(System.nanoTime(), ", and no further");
      }
      break;
    }
    boolean whole = Session.await(flow);
    progress.end(System.nanoTime(), whole ? "" : earlyRemark);
  }
}
