package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.checkpoint.PendingChanges.Change;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Brings one host's changes to S3, from {@link #start} to {@link #flush}. One thread owns all that
 * is remembered; another writes to S3, one file or deletion after the other, because they must
 * appear in their order.
 */
final class FolderSync {
  private static final Logger LOG = LogManager.getLogger(FolderSync.class);
  private static final long MOST_NANOS_PER_TICK = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LEAST_NANOS_PER_TICK = TimeUnit.MILLISECONDS.toNanos(5);

  /** How often a file that can't be had is asked for once the algorithm has ended. */
  private static final int LAST_TRIES = 3;

  private static final long SECONDS_TO_STOP = 5;

  /** What the writing thread does, and what the owner does then. */
  @FunctionalInterface
  private interface Job {
    Runnable run() throws IOException, InterruptedException;
  }

  /**
   * @param status without the lag
   * @param oldest when the oldest change was first seen; empty when there is none
   */
  private record Snapshot(CheckpointStatus status, OptionalLong oldest) {}

  private final ObjectUri folder;
  private final FolderDifference difference;
  private final FolderWrites writes;
  private final SyncedFiles synced;
  private final SyncClock clock;
  private final BooleanSupplier mayWrite;
  private final RetryPause storePause;
  // Files that can't be read or that S3 refuses; the others don't wait for them.
  private final Map<String, RetryPause> aside = new HashMap<>();
  private final ScheduledExecutorService owner =
      Executors.newSingleThreadScheduledExecutor(daemon("checkpoint"));
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(daemon("checkpoint-upload"));
  private final CompletableFuture<List<String>> end = new CompletableFuture<>();
  private boolean busy;
  private boolean flushing;
  private long filesUploaded;
  private long bytesUploaded;
  private long filesDeleted;
  private String storeTrouble = "";
  private String fileTrouble = "";
  private OptionalLong oldest = OptionalLong.empty();
  private volatile Snapshot snapshot;

  /**
   * @param difference this sync's own, as is {@code writes}; nobody else asks them from now on
   * @param before whose sums it goes on with
   */
  FolderSync(
      ObjectUri folder,
      FolderDifference difference,
      FolderWrites writes,
      SyncedFiles synced,
      SyncClock clock,
      BooleanSupplier mayWrite,
      CheckpointStatus before) {
    this.folder = folder;
    this.difference = difference;
    this.writes = writes;
    this.synced = synced;
    this.clock = clock;
    this.mayWrite = mayWrite;
    storePause = pause();
    filesUploaded = before.filesUploaded();
    bytesUploaded = before.bytesUploaded();
    filesDeleted = before.filesDeleted();
    publish();
  }

  private static ThreadFactory daemon(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private RetryPause pause() {
    return new RetryPause(clock.nanoTime(), clock.random());
  }

  void start(SyncSettings settings) {
    long shorter = Math.min(settings.scanEvery().toNanos(), settings.steadyFor().toNanos());
    long period = Math.max(LEAST_NANOS_PER_TICK, Math.min(MOST_NANOS_PER_TICK, shorter / 4));
    var unused = owner.scheduleWithFixedDelay(guarded(this::tick), 0, period, TimeUnit.NANOSECONDS);
  }

  /** Nothing that goes wrong may end the thread, and with it the sync, in silence. */
  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (Throwable e) {
        LOG.error("The checkpoints' sync failed, and goes on", e);
        storeTrouble = "The checkpoints' sync failed (" + e + ").";
        publish();
      }
    };
  }

  private void post(Runnable work) {
    try {
      owner.execute(guarded(work));
    } catch (RejectedExecutionException e) {
      // It has ended.
    }
  }

  private void tick() {
    if (end.isDone()) {
      return;
    }
    if (!mayWrite.getAsBoolean()) {
      fence();
      return;
    }
    if (!flushing) {
      difference.look();
      aside.keySet().removeIf(name -> !difference.isPending(name));
    }
    oldest = difference.oldest();
    goOn();
  }

  private void goOn() {
    if (end.isDone()) {
      return;
    }
    dispatch();
    if (flushing && !busy && isFlushed()) {
      finish();
    }
    publish();
  }

  private void dispatch() {
    if (busy || !storePause.isOver()) {
      return;
    }
    Change change = difference.nextUpload(this::isPassedOver);
    if (change != null) {
      upload(change);
      return;
    }
    String name = difference.nextDeletion();
    if (name != null) {
      delete(name, synced.get(name));
    }
  }

  private boolean isPassedOver(String name) {
    RetryPause pause = aside.get(name);
    return pause != null && !pause.isOver();
  }

  private void upload(Change change) {
    int generation = difference.generation();
    submit(
        () -> {
          String etag = writes.upload(change);
          return () -> {
            filesUploaded++;
            bytesUploaded += change.stamp().size();
            aside.remove(change.name());
            difference.uploaded(change, etag, generation);
            worked();
          };
        },
        failure -> failed(change, failure));
  }

  private void delete(String name, SyncedFiles.Synced known) {
    submit(
        () -> {
          boolean deleted = writes.delete(name, known.etag());
          return () -> {
            filesDeleted += deleted ? 1 : 0;
            difference.deleted(name, known);
            worked();
          };
        },
        this::failed);
  }

  private void submit(Job job, Consumer<Throwable> failed) {
    busy = true;
    worker.execute(
        () -> {
          Runnable then;
          try {
            then = job.run();
          } catch (Throwable e) {
            then = () -> failed.accept(e);
          }
          Runnable after = then;
          post(
              () -> {
                busy = false;
                if (!end.isDone()) {
                  after.run();
                  goOn();
                }
              });
        });
  }

  private void worked() {
    if (!storeTrouble.isEmpty()) {
      LOG.info("Checkpoints go to {} again", folder);
    }
    storeTrouble = "";
    storePause.reset();
  }

  private void failed(Change change, Throwable failure) {
    if (failure instanceof FolderWrites.ChangedException) {
      // It is looked at again when it is its turn, which it may not be any more.
      return;
    }
    boolean ofFile =
        failure instanceof ObjectStoreException e
            ? e.kind() == Kind.REFUSED || e.kind() == Kind.CHANGED
            : failure instanceof IOException && !(failure instanceof FolderWrites.FencedException);
    if (!ofFile) {
      failed(failure);
      return;
    }
    fileTrouble =
        failure instanceof ObjectStoreException
            ? failure.getMessage()
            : "The file " + change.path() + " can't be read (" + failure + ").";
    if (!aside.containsKey(change.name())) {
      LOG.warn("{} It is tried again, and the other files go on", fileTrouble);
    }
    aside.computeIfAbsent(change.name(), name -> pause()).failed();
  }

  private void failed(Throwable failure) {
    if (failure instanceof FolderWrites.FencedException) {
      fence();
      return;
    }
    String told =
        failure instanceof ObjectStoreException
            ? failure.getMessage()
            : "Could not write to " + folder + " (" + failure + ").";
    if (storeTrouble.isEmpty()) {
      LOG.warn("{} It is tried again until it succeeds", told);
    }
    storeTrouble = told;
    storePause.failed();
  }

  private void fence() {
    storeTrouble = "This host may no longer write to " + folder + ".";
    finish();
  }

  /**
   * Brings what still differs to S3, and ends. To be called when nobody writes to the directory any
   * more.
   *
   * @return the names that differ from S3 in the end
   */
  List<String> flush(Duration patience) throws InterruptedException {
    post(
        () -> {
          if (!end.isDone()) {
            flushing = true;
            storePause.reset();
            aside.clear();
            difference.lookForTheLastTime();
            oldest = difference.oldest();
            goOn();
          }
        });
    try {
      return end.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return stop();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      stop();
      throw e;
    }
  }

  private boolean isFlushed() {
    return !difference.hasUploadsBut(this::isGivenUp) && difference.nextDeletion() == null;
  }

  private boolean isGivenUp(String name) {
    RetryPause pause = aside.get(name);
    return pause != null && pause.failures() >= LAST_TRIES;
  }

  /**
   * Ends at once. When it returns no write of this host is on its way to S3 any more.
   *
   * @return the names that differ from S3
   */
  List<String> stop() {
    post(this::finish);
    List<String> left = end.join();
    try {
      // Giving an upload's parts up may take longer, and harms nobody.
      if (!worker.awaitTermination(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
        LOG.info("The last upload to {} is still being given up", folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return left;
  }

  private void finish() {
    if (end.isDone()) {
      return;
    }
    worker.shutdownNow();
    writes.close();
    difference.close();
    oldest = difference.oldest();
    publish();
    owner.shutdown();
    end.complete(difference.names());
  }

  private void publish() {
    int pending = difference.size();
    if (pending == 0) {
      oldest = OptionalLong.empty();
    }
    String trouble =
        Stream.of(storeTrouble, aside.isEmpty() ? "" : fileTrouble, difference.trouble())
            .filter(each -> !each.isEmpty())
            .findFirst()
            .orElse("");
    snapshot =
        new Snapshot(
            new CheckpointStatus(
                filesUploaded, bytesUploaded, filesDeleted, pending, Duration.ZERO, trouble),
            oldest);
  }

  /** By any thread. */
  CheckpointStatus status() {
    Snapshot now = snapshot;
    CheckpointStatus told = now.status;
    return new CheckpointStatus(
        told.filesUploaded(),
        told.bytesUploaded(),
        told.filesDeleted(),
        told.pendingFiles(),
        now.oldest.isEmpty()
            ? Duration.ZERO
            : Duration.ofNanos(Math.max(0, clock.nanoTime().getAsLong() - now.oldest.getAsLong())),
        told.trouble());
  }

  boolean hasEnded() {
    return end.isDone();
  }
}
