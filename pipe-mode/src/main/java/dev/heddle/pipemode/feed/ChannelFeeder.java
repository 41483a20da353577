package dev.heddle.pipemode.feed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Feeds one Pipe-mode channel (SageMaker Developer Guide, "Access Training Data"): epoch {@code k}
 * of channel {@code c} flows through the named pipe {@code c_k}, once, for whoever opens it first.
 * A reader that closes early ends the epoch like one that reads it to its end, and the next pipe is
 * there before it can know. When data can't be had the pipe stays open, so that the reader never
 * takes a part for the whole.
 */
public final class ChannelFeeder implements Closeable {
  private static final Logger LOG = LogManager.getLogger(ChannelFeeder.class);
  private static final Duration LOOK = Duration.ofMillis(2);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(20);

  private final String name;
  private final String channel;
  private final Path directory;
  private final EpochSource source;
  private final Consumer<IOException> onFailure;
  private final int lastEpoch;
  private final FlowMeter meter;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  // All epochs are, or one has failed.
  private final CountDownLatch over = new CountDownLatch(1);
  private Fifo fifo;
  private volatile IOException failure;

  /**
   * @param name what log lines begin with
   * @param directory where the pipes are made; it exists
   * @param epochs how many there are; {@link Integer#MAX_VALUE} where only the reader knows
   * @param nanoTime as {@link System#nanoTime}
   * @param onFailure told once, by the feeder's thread, when an epoch that the algorithm has opened
   *     can't be finished
   */
  public ChannelFeeder(
      String name,
      String channel,
      Path directory,
      EpochSource source,
      int epochs,
      LongSupplier nanoTime,
      Consumer<IOException> onFailure) {
    this.name = name;
    this.channel = channel;
    this.directory = directory;
    this.source = source;
    this.lastEpoch = epochs - 1;
    this.meter = new FlowMeter(channel, nanoTime);
    this.onFailure = onFailure;
    this.thread = new Thread(this::run, "feed-" + channel);
    thread.setDaemon(true);
  }

  /** Makes the first pipe, and feeds from then on. */
  public void start() throws IOException {
    fifo = pipe(0);
    thread.start();
  }

  private Fifo pipe(int epoch) throws IOException {
    return Fifo.create(directory.resolve(channel + "_" + epoch));
  }

  public FeedStatus status() {
    return meter.status();
  }

  /** Why an opened epoch can't be finished; empty while none has failed. */
  public Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Waits until the last epoch has ended, or one has failed. */
  public void awaitEnd() throws InterruptedException {
    over.await();
  }

  private void run() {
    try {
      int epoch = 0;
      while (feed(epoch) && epoch < lastEpoch) {
        epoch++;
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: channel {}: cancelled", name, channel);
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    } finally {
      deleteLast();
      over.countDown();
    }
  }

  private void deleteLast() {
    try {
      fifo.delete();
    } catch (IOException e) {
      LOG.warn("{}: channel {}: {} can't be removed", name, channel, fifo.path(), e);
    }
  }

  /** One epoch; false when it failed. */
  private boolean feed(int epoch) throws IOException, InterruptedException {
    meter.begin(epoch);
    EpochBytes bytes = null;
    Throwable broken = null;
    try {
      bytes = source.open(epoch);
    } catch (IOException | RuntimeException | Error e) {
      // Nobody is harmed unless the algorithm asks for this epoch.
      broken = e;
    }
    try (FifoSink sink = awaitReader()) {
      meter.opened();
      boolean whole = false;
      if (broken == null) {
        try (ReaderWatch watch = new ReaderWatch(sink, bytes::close)) {
          whole = EpochCopy.copy(bytes, sink, meter);
        } catch (IOException | RuntimeException | Error e) {
          broken = e;
        }
      }
      if (closing.getCount() == 0) {
        // Some calls fail when they are interrupted; nobody is to be told of that.
        return false;
      }
      if (broken != null && !sink.readerGone()) {
        fail(broken);
        // The reader must not see an end; whoever is told ends it first, and then this feeder.
        closing.await();
        return false;
      }
      Fifo old = fifo;
      if (epoch < lastEpoch) {
        fifo = pipe(epoch + 1);
      }
      LOG.info("{}: {}", name, meter.ended(whole));
      old.delete();
      return true;
    } finally {
      if (bytes != null) {
        bytes.close();
      }
    }
  }

  /** Looks for a reader again and again: the kernel has no way to be told of one. */
  private FifoSink awaitReader() throws IOException, InterruptedException {
    long pause = LOOK.toNanos();
    while (true) {
      Optional<FifoSink> sink = fifo.tryOpen();
      if (sink.isPresent()) {
        return sink.get();
      }
      Thread.sleep(Duration.ofNanos(pause).toMillis());
      pause = Math.min(LONGEST_LOOK.toNanos(), pause + pause / 16);
    }
  }

  private void fail(Throwable cause) {
    boolean expected = cause instanceof IOException;
    failure =
        expected ? (IOException) cause : new IOException("a fault of the feeder: " + cause, cause);
    LOG.error("{}: channel {}: {}", name, channel, failure.getMessage(), expected ? null : cause);
    try {
      onFailure.accept(failure);
    } catch (RuntimeException e) {
      // It would end the epoch for the reader.
      LOG.error("{}: channel {}: telling of the failure failed", name, channel, e);
    }
    over.countDown();
  }

  /**
   * Cancels whatever it does, whether a reader came or not. Call it when the algorithm has ended: a
   * reader that is still there takes it for the end of the epoch.
   */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
