package dev.heddle.am;

import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The ApplicationMaster's own calls to S3; the hosts' bytes never pass through it. */
final class Artifacts {
  private static final Logger log = LogManager.getLogger(Artifacts.class);

  private final Supplier<ObjectStore> store;
  private final ExecutorService worker;

  /**
   * @param store opened at the first use
   * @param worker has one thread, so that calls keep their order
   */
  Artifacts(Supplier<ObjectStore> store, ExecutorService worker) {
    this.store = store;
    this.worker = worker;
  }

  /** Opens the store while nobody waits for it. */
  void warmUp() {
    worker.execute(
        () -> {
          ObjectStore opened = store.get();
          log.debug("opened {}", opened);
        });
  }

  void open(Action.OpenUploads action, Consumer<Event> events) {
    worker.execute(
        () -> {
          Map<String, String> ids = new LinkedHashMap<>();
          try {
            for (Map.Entry<String, ObjectUri> archive : action.archives().entrySet()) {
              ids.put(archive.getKey(), store.get().createMultipart(archive.getValue()));
            }
            events.accept(new Event.UploadsOpened(action.merge(), ids));
          } catch (ObjectStoreException e) {
            for (Map.Entry<String, String> id : ids.entrySet()) {
              giveUp(action.archives().get(id.getKey()), id.getValue());
            }
            events.accept(failed(action.merge(), e));
          } catch (RuntimeException e) {
            events.accept(broken(action.merge(), e));
          }
        });
  }

  /**
   * The same when another ApplicationMaster may have done it and not told: its uploads go first.
   */
  void openAgain(Action.OpenUploads action, Consumer<Event> events) {
    worker.execute(() -> action.archives().values().forEach(this::giveUpFormer));
    open(action, events);
  }

  private void giveUpFormer(ObjectUri object) {
    try {
      store.get().openMultiparts(object).forEach(id -> giveUp(object, id));
    } catch (ObjectStoreException e) {
      // A role that may write need not be allowed to list uploads.
      log.warn("an unfinished upload of {} may remain: {}", object, e.getMessage());
    }
  }

  void complete(Action.CompleteUploads action, Consumer<Event> events) {
    complete(action, false, events);
  }

  /** The same when another ApplicationMaster may have done it and not told. */
  void completeAgain(Action.CompleteUploads action, Consumer<Event> events) {
    complete(action, true, events);
  }

  private void complete(Action.CompleteUploads action, boolean again, Consumer<Event> events) {
    worker.execute(
        () -> {
          try {
            for (Action.CompletedArchive archive : action.archives()) {
              try {
                store
                    .get()
                    .completeMultipart(archive.object(), archive.uploadId(), archive.parts());
              } catch (ObjectStoreException e) {
                if (!again || !isWhole(archive)) {
                  throw e;
                }
              }
              log.info("{} is complete, {} parts", archive.object(), archive.parts().size());
            }
            events.accept(new Event.UploadsCompleted(action.merge()));
            remove(action.tails());
          } catch (ObjectStoreException e) {
            events.accept(failed(action.merge(), e));
          } catch (RuntimeException e) {
            events.accept(broken(action.merge(), e));
          }
        });
  }

  private boolean isWhole(Action.CompletedArchive archive) throws ObjectStoreException {
    long size = archive.parts().stream().mapToLong(UploadedPart::size).sum();
    return store.get().head(archive.object()).filter(object -> object.size() == size).isPresent();
  }

  void abort(Action.AbortUploads action) {
    worker.execute(
        () -> {
          action.uploads().forEach(this::giveUp);
          remove(action.tails());
        });
  }

  private void giveUp(ObjectUri object, String uploadId) {
    try {
      store.get().abortMultipart(object, uploadId);
    } catch (ObjectStoreException e) {
      log.warn("an unfinished upload of {} remains: {}", object, e.getMessage());
    }
  }

  private void remove(List<ObjectUri> tails) {
    for (ObjectUri tail : tails) {
      try {
        store.get().delete(tail);
      } catch (ObjectStoreException e) {
        log.warn("a temporary object remains: {}", e.getMessage());
      }
    }
  }

  private static Event failed(int merge, ObjectStoreException e) {
    return new Event.UploadsFailed(merge, new Fault(Blame.CLIENT, e.getMessage()));
  }

  private static Event broken(int merge, RuntimeException e) {
    log.error("upload failed", e);
    return new Event.UploadsFailed(merge, new Fault(Blame.PLATFORM, e.toString()));
  }
}
