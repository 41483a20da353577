package dev.heddle.pipemode;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TransferPoolTest {
  private final TransferPool pool = new TransferPool("pool-test", 3);

  @AfterEach
  void close() {
    pool.close();
  }

  private static TransferPool.Work forever(CountDownLatch begun, AtomicInteger running) {
    return () -> {
      running.incrementAndGet();
      begun.countDown();
      try {
        new CountDownLatch(1).await();
      } finally {
        running.decrementAndGet();
      }
    };
  }

  @Test
  void everyWorkRunsOnceAndNoMoreThanTheConnectionsAtOnce() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    CyclicBarrier together = new CyclicBarrier(3);
    pool.runAll(
        IntStream.range(0, 300)
            .<TransferPool.Work>mapToObj(
                i ->
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      try {
                        together.await();
                      } catch (java.util.concurrent.BrokenBarrierException e) {
                        throw new IOException(e);
                      }
                      done.incrementAndGet();
                      running.decrementAndGet();
                    })
            .iterator());
    assertEquals(300, done.get());
    assertEquals(3, most.get());
  }

  @Test
  void theFirstFailureStopsTheOthersAndIsThrown() {
    CountDownLatch begun = new CountDownLatch(2);
    AtomicInteger running = new AtomicInteger();
    IOException failure = new IOException("the first");
    TransferPool.Work failing =
        () -> {
          begun.await();
          throw failure;
        };
    List<TransferPool.Work> works =
        List.of(forever(begun, running), forever(begun, running), failing);
    assertSame(failure, assertThrows(IOException.class, () -> pool.runAll(works.iterator())));
    assertEquals(0, running.get());
  }

  @Test
  void aFailureOfTheIteratorIsThrownAsWhatItIs() {
    IOException failure = new IOException("no next");
    Iterator<TransferPool.Work> works =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public TransferPool.Work next() {
            throw new UncheckedIOException(failure);
          }
        };
    assertSame(failure, assertThrows(IOException.class, () -> pool.runAll(works)));
  }

  @Test
  void anInterruptOfTheCallerEndsEverythingBeforeItReturns() throws Exception {
    CountDownLatch begun = new CountDownLatch(3);
    AtomicInteger running = new AtomicInteger();
    AtomicReference<Throwable> end = new AtomicReference<>();
    AtomicInteger runningAtEnd = new AtomicInteger(-1);
    Thread caller =
        new Thread(
            () -> {
              try {
                pool.runAll(
                    Collections.<TransferPool.Work>nCopies(10, forever(begun, running)).iterator());
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
              runningAtEnd.set(running.get());
            });
    caller.start();
    begun.await();
    caller.interrupt();
    caller.join();
    assertTrue(end.get() instanceof InterruptedException, String.valueOf(end.get()));
    assertEquals(0, runningAtEnd.get());
  }

  @Test
  void aTransferThatWaitsBehindAnotherCanBeInterrupted() throws Exception {
    CountDownLatch begun = new CountDownLatch(3);
    AtomicInteger running = new AtomicInteger();
    Thread first = start(Collections.nCopies(3, forever(begun, running)), new AtomicReference<>());
    begun.await();
    AtomicReference<Throwable> end = new AtomicReference<>();
    AtomicBoolean ran = new AtomicBoolean();
    Thread second = start(List.of(() -> ran.set(true)), end);
    await().until(() -> second.getState() == Thread.State.WAITING);
    second.interrupt();
    second.join();
    assertTrue(end.get() instanceof InterruptedException);
    assertFalse(ran.get());
    assertEquals(3, running.get());
    first.interrupt();
    first.join();
  }

  @Test
  void aThreadGoesOnWithoutTheInterruptOfTheWorkBefore() throws Exception {
    for (int i = 0; i < 50; i++) {
      CountDownLatch begun = new CountDownLatch(2);
      List<TransferPool.Work> works =
          List.of(
              forever(begun, new AtomicInteger()),
              forever(begun, new AtomicInteger()),
              () -> {
                begun.await();
                throw new IOException("end");
              });
      assertThrows(IOException.class, () -> pool.runAll(works.iterator()));
      AtomicBoolean interrupted = new AtomicBoolean();
      pool.runAll(
          Collections.<TransferPool.Work>nCopies(
                  6,
                  () -> {
                    if (Thread.currentThread().isInterrupted()) {
                      interrupted.set(true);
                    }
                  })
              .iterator());
      assertFalse(interrupted.get());
    }
  }

  @Test
  void closingThePoolFailsWhatRunsAndWhatComes() throws Exception {
    CountDownLatch begun = new CountDownLatch(3);
    AtomicInteger running = new AtomicInteger();
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread first = start(Collections.nCopies(3, forever(begun, running)), end);
    begun.await();
    AtomicReference<Throwable> waiting = new AtomicReference<>();
    Thread second = start(List.of(() -> {}), waiting);
    await().until(() -> second.getState() == Thread.State.WAITING);
    pool.close();
    first.join();
    second.join();
    assertTrue(end.get() instanceof IOException, String.valueOf(end.get()));
    assertTrue(waiting.get() instanceof IOException, String.valueOf(waiting.get()));
    assertThrows(
        IOException.class, () -> pool.runAll(List.<TransferPool.Work>of(() -> {}).iterator()));
  }

  @Test
  void idleThreadsEnd() throws Exception {
    pool.runAll(Collections.<TransferPool.Work>nCopies(20, () -> {}).iterator());
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("pool-test")));
  }

  private Thread start(List<TransferPool.Work> works, AtomicReference<Throwable> end) {
    Thread thread =
        new Thread(
            () -> {
              try {
                pool.runAll(works.iterator());
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
            });
    thread.start();
    return thread;
  }
}
