package dev.heddle.client.session;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.job.StagingArea;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One run of one command: what it shares with its helpers. The slow things (Hadoop's configuration,
 * the connection to the ResourceManager) are made once, by whoever asks first.
 */
public final class Session implements Closeable {
  private static final Logger LOG = LogManager.getLogger(Session.class);

  private final World world;
  private final Console console;
  private final Map<String, String> environment;
  private final ExecutorService background;
  private final FutureTask<Configuration> hadoop;
  private final FutureTask<Cluster> cluster;

  public Session(World world, Console console, Map<String, String> environment) {
    this.world = world;
    this.console = console;
    this.environment = Map.copyOf(environment);
    AtomicInteger count = new AtomicInteger();
    this.background =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "heddle-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.hadoop = new FutureTask<>(() -> world.configuration(this.environment));
    this.cluster = new FutureTask<>(() -> world.cluster(hadoop()));
  }

  public World world() {
    return world;
  }

  public Console console() {
    return console;
  }

  /** The client's environment variables. May hold secrets: never print it. */
  public Map<String, String> environment() {
    return environment;
  }

  public Configuration hadoop() {
    hadoop.run();
    return done(hadoop);
  }

  /**
   * @throws IOException when the ResourceManager can't be reached
   */
  public Cluster cluster() throws IOException {
    cluster.run();
    try {
      return done(cluster);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * @param overrides the command line's own settings
   */
  public Settings settings(Map<String, String> overrides) {
    return Settings.load(hadoop(), overrides);
  }

  /**
   * @throws IOException when the file system can't be reached
   */
  public StagingArea staging(Settings settings) throws IOException {
    return StagingArea.of(hadoop(), settings);
  }

  /** Begins reading the configuration and connecting to the ResourceManager. */
  public void warmUp() {
    background.execute(cluster);
  }

  public <T> Future<T> inBackground(Callable<T> work) {
    return background.submit(work);
  }

  /** Waits for background work and throws what it threw. */
  public static <T> T await(Future<T> work)
      throws IOException, CommandException, InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof CommandException command) {
        throw command;
      }
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** The other thread that may be at it can't be hurried, so an interrupt only waits its turn. */
  private static <T> T done(Future<T> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof IOException io) {
            throw new UncheckedIOException(io);
          }
          throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    background.shutdownNow();
    if (cluster.isDone()) {
      try {
        done(cluster).close();
      } catch (IOException | RuntimeException e) {
        LOG.debug("closing the connection to the ResourceManager", e);
      }
    }
  }
}
