package dev.heddle.containerlauncher.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Notices when a container's first process is gone, which YARN may tell much later. */
final class EndWatch {
  private static final Logger LOG = LogManager.getLogger(EndWatch.class);
  private static final long PAUSE_MS = 1_000;
  private static final long LONGEST_PAUSE_MS = 30_000;

  private final ContainerProcess process;
  private final CompletableFuture<?> ended;
  private volatile long goneAt;

  /**
   * @param ended completes when YARN has told the end
   */
  EndWatch(ContainerProcess process, CompletableFuture<?> ended) {
    this.process = process;
    this.ended = ended;
    Thread thread = new Thread(this::watch, "algorithm-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    long pid = 0;
    long pause = PAUSE_MS;
    while (goneAt == 0 && !told(pause)) {
      if (pid != 0) {
        if (!Files.exists(Path.of("/proc", Long.toString(pid)))) {
          goneAt = System.nanoTime();
          LOG.info("algorithm: process {} is gone; YARN has yet to say how", pid);
        }
        continue;
      }
      pid = process.find();
      // A look at all processes is dear, and some nodes hide them.
      pause = pid != 0 ? PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 2 * pause);
    }
  }

  /** Waits a moment for it. */
  private boolean told(long millis) {
    try {
      ended.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** For how long it has been gone; nothing where that was not seen. */
  Duration sinceGone() {
    return goneAt == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - goneAt);
  }
}
