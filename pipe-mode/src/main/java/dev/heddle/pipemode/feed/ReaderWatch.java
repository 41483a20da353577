package dev.heddle.pipemode.feed;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a pipe's reader has closed it while nothing is written: the kernel tells only those
 * who write or ask.
 */
final class ReaderWatch implements Closeable {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * @param onClosed called once at most, by a thread of the watch
   */
  ReaderWatch(FifoSink sink, Runnable onClosed) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!over.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                  if (sink.readerGone()) {
                    onClosed.run();
                    return;
                  }
                }
              } catch (InterruptedException e) {
                // Nobody does that.
              }
            },
            "reader-watch");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    over.countDown();
  }
}
