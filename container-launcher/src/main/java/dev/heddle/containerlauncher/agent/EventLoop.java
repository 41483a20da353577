package dev.heddle.containerlauncher.agent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The one thread that an agent's state belongs to. A fault in an event ends the agent, loudly. */
final class EventLoop implements Executor, AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(EventLoop.class);

  private final ScheduledExecutorService thread;
  private final Consumer<Throwable> onFault;

  EventLoop(ScheduledExecutorService thread, Consumer<Throwable> onFault) {
    this.thread = thread;
    this.onFault = onFault;
  }

  @Override
  public void execute(Runnable event) {
    try {
      thread.execute(guarded(event));
    } catch (RejectedExecutionException e) {
      LOG.debug("too late for an event");
    }
  }

  ScheduledFuture<?> later(Duration delay, Runnable event) {
    return thread.schedule(guarded(event), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  void every(Duration pause, Runnable event) {
    var unused =
        thread.scheduleWithFixedDelay(
            guarded(event), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Asks the loop from another thread.
   *
   * @throws RejectedExecutionException when it has ended
   */
  <T> T ask(Callable<T> question) throws InterruptedException {
    try {
      return thread.submit(question).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private Runnable guarded(Runnable event) {
    return () -> {
      try {
        event.run();
      } catch (RuntimeException | Error e) {
        onFault.accept(e);
      }
    };
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
