package dev.heddle.client.pipe;

import dev.heddle.client.session.Causes;
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
    Path scratch = scratch();
    // Nothing in it has a name.
    try (Closeable cleaning = session.world().onInterrupt(() -> scratch.toFile().delete());
        ParallelReader reader = new ParallelReader(store, limits);
        PipeChannel channel =
            PipeChannel.open(
                store, request.source(), request.place(), request.format(), reader, scratch)) {
      return request.fifo().isPresent() ? intoFifos(channel) : intoStandardOutput(channel);
    } catch (IOException e) {
      throw failed(e);
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  private static Path scratch() throws CommandException {
    try {
      return Files.createTempDirectory("heddle-pipe-");
    } catch (IOException e) {
      throw local("no directory for temporary files can be made: " + Causes.sentence(e), e);
    }
  }

  private static CommandException failed(IOException e) {
    return e instanceof ObjectStoreException store
            && store.kind() == ObjectStoreException.Kind.UNREACHABLE
        ? CommandException.unreachable(e.getMessage(), e)
        : local(Causes.sentence(e), e);
  }

  /** Something here, or what was asked for, rather than S3 or the way there. */
  private static CommandException local(String message, IOException cause) {
    return new CommandException(ExitCode.INPUT, message, cause);
  }

  private int intoFifos(PipeChannel channel)
      throws CommandException, IOException, InterruptedException {
    Path base = request.fifo().orElseThrow().toAbsolutePath();
    try (ChannelFeeder feeder =
            new ChannelFeeder(
                "heddle pipe",
                base.getFileName().toString(),
                base.getParent(),
                channel,
                request.epochs(),
                System::nanoTime,
                failure -> {});
        Closeable cleaning = session.world().onInterrupt(feeder::close)) {
      feeder.start();
      watch(channel, feeder::status, session.inBackground(() -> await(feeder)), "");
    }
    return ExitCode.DONE;
  }

  private static Boolean await(ChannelFeeder feeder) throws IOException, InterruptedException {
    feeder.awaitEnd();
    if (feeder.failure().isPresent()) {
      throw feeder.failure().get();
    }
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
