package dev.heddle.pipemode;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bounded set of connections to an object store: as many threads, shared by every transfer that
 * is given this pool. Threads are daemons, start when there is work and end when idle.
 */
public final class TransferPool implements Closeable {

  /** One piece of work; it must end soon after its thread is interrupted. */
  @FunctionalInterface
  public interface Work {
    void run() throws IOException, InterruptedException;
  }

  private final int connections;
  private final ThreadPoolExecutor threads;

  /**
   * @param name what the threads are called
   * @param connections how many pieces of work run at once, 1 or more
   */
  public TransferPool(String name, int connections) {
    this.connections = connections;
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            connections,
            connections,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  public int connections() {
    return connections;
  }

  /**
   * Takes works from the iterator as connections become free and runs them all. The first failure,
   * or an interrupt of the caller, interrupts those that run; no work of this call runs any more
   * when it returns, however it returns. Don't call it from within a work of the same pool.
   *
   * @param works asked by one thread at a time, never after a failure
   * @throws IOException the first failure of a work or of the iterator
   */
  public void runAll(Iterator<? extends Work> works) throws IOException, InterruptedException {
    Run run = new Run(works);
    List<Lane> lanes = new ArrayList<>(connections);
    for (int i = 0; i < connections; i++) {
      lanes.add(new Lane(run));
    }
    run.begin(lanes);
    for (Lane lane : lanes) {
      try {
        threads.execute(lane);
      } catch (RejectedExecutionException e) {
        lane.drop();
      }
    }
    InterruptedException interrupted = run.await(threads);
    if (interrupted != null) {
      throw interrupted;
    }
    run.rethrow();
  }

  /** Interrupts whatever still runs; transfers that go on fail. */
  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      if (waiting instanceof Lane lane) {
        lane.drop();
      }
    }
  }

  /** The shared state of one call; its monitor guards everything in it and the iterator. */
  private static final class Run {
    private final Iterator<? extends Work> works;
    private List<Lane> lanes = List.of();
    private int open;
    private boolean stopped;
    private Throwable failure;

    Run(Iterator<? extends Work> works) {
      this.works = works;
    }

    synchronized void begin(List<Lane> all) {
      lanes = all;
      open = all.size();
    }

    synchronized Work next() {
      return !stopped && works.hasNext() ? works.next() : null;
    }

    synchronized void fail(Throwable cause) {
      if (failure == null && !stopped) {
        failure = cause;
      }
      stop();
    }

    synchronized void stop() {
      stopped = true;
      for (Lane lane : lanes) {
        lane.interrupt();
      }
    }

    synchronized void ended() {
      open--;
      notifyAll();
    }

    /** Waits for all lanes; an interrupt stops them and is handed back once they have ended. */
    synchronized InterruptedException await(ThreadPoolExecutor threads) {
      InterruptedException interrupted = null;
      while (open > 0) {
        try {
          if (stopped) {
            // Lanes that wait behind another transfer's have nothing to do here.
            for (Lane lane : lanes) {
              if (threads.remove(lane)) {
                open--;
              }
            }
          }
          if (open > 0) {
            wait();
          }
        } catch (InterruptedException e) {
          interrupted = e;
          stop();
        }
      }
      return interrupted;
    }

    synchronized void rethrow() throws IOException, InterruptedException {
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof InterruptedException e) {
        throw new IOException("the transfer was stopped", e);
      }
      if (failure instanceof UncheckedIOException e) {
        throw e.getCause();
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
    }
  }

  private static final class Lane implements Runnable {
    private final Run run;
    private Thread thread;

    Lane(Run run) {
      this.run = run;
    }

    void interrupt() {
      synchronized (run) {
        if (thread != null && thread != Thread.currentThread()) {
          thread.interrupt();
        }
      }
    }

    /** Ends a lane that will never run. */
    void drop() {
      run.fail(new IOException("the transfer's connections were closed"));
      run.ended();
    }

    @Override
    public void run() {
      synchronized (run) {
        thread = Thread.currentThread();
      }
      try {
        Work work;
        while ((work = run.next()) != null) {
          work.run();
        }
      } catch (Throwable e) {
        run.fail(e);
      } finally {
        synchronized (run) {
          thread = null;
          // The interrupt was for this call's work; the thread goes on with another's.
          boolean unused = Thread.interrupted();
          run.ended();
        }
      }
    }
  }
}
