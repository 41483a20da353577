package dev.heddle.containerlauncher.agent;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * One thread for work that blocks. Results come back on the agent's loop, unless the work was
 * dropped meanwhile. Called by the loop alone.
 */
final class Worker implements AutoCloseable {
  private final Executor loop;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread t = new Thread(work, "work");
            t.setDaemon(true);
            return t;
          });
  private long generation;
  private Future<?> current;

  Worker(Executor loop) {
    this.loop = loop;
  }

  /** Begins a piece of work; exactly one of the two consumers hears of its end. */
  <T> void begin(Callable<T> work, Consumer<T> done, Consumer<Throwable> failed) {
    long mine = ++generation;
    current =
        thread.submit(
            () -> {
              try {
                T result = work.call();
                tell(mine, () -> done.accept(result));
              } catch (Throwable e) {
                tell(mine, () -> failed.accept(e));
              }
            });
  }

  private void tell(long mine, Runnable news) {
    loop.execute(
        () -> {
          if (mine == generation) {
            news.run();
          }
        });
  }

  /** Interrupts what is being done; nobody hears of its end. */
  void drop() {
    generation++;
    if (current != null) {
      current.cancel(true);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
