package dev.heddle.am;

import dev.heddle.am.record.RecordFile;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.checkpoint.CheckpointListing;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Makes the one listing of the checkpoints from which all hosts begin an attempt, keeps it in the
 * staging directory, and hands it out to them.
 */
final class CheckpointListings {
  private static final Logger log = LogManager.getLogger(CheckpointListings.class);
  private static final int PAGE = 2_000;
  private static final int KEPT = 8;

  private final Optional<ObjectUri> prefix;
  private final Supplier<ObjectStore> store;
  private final ExecutorService worker;
  private final Journal journal;
  private final Map<Integer, List<CheckpointPage.Entry>> listings = new ConcurrentHashMap<>();

  /** Where an attempt's listing is kept. */
  @FunctionalInterface
  interface Journal {
    RecordFile file(int attempt) throws IOException;
  }

  /**
   * @param prefix empty where the job keeps no checkpoints
   * @param store opened at the first use
   * @param worker has one thread
   */
  CheckpointListings(
      Optional<ObjectUri> prefix,
      Supplier<ObjectStore> store,
      ExecutorService worker,
      Journal journal) {
    this.prefix = prefix;
    this.store = store;
    this.worker = worker;
    this.journal = journal;
  }

  void list(int attempt, Consumer<Event> events) {
    worker.execute(
        () -> {
          try {
            RecordFile file = journal.file(attempt);
            Optional<String> listed = file.read();
            List<CheckpointPage.Entry> entries;
            if (listed.isPresent()) {
              // By an earlier ApplicationMaster: some hosts may have begun from it.
              entries = List.of(Json.MAPPER.readValue(listed.get(), CheckpointPage.Entry[].class));
            } else {
              entries =
                  CheckpointListing.of(store.get(), prefix.orElseThrow()).stream()
                      .map(e -> new CheckpointPage.Entry(e.name(), e.etag(), e.size()))
                      .toList();
              file.replace(Json.write(Json.MAPPER.valueToTree(entries)));
            }
            listings.put(attempt, entries);
            // One host may still prepare for the attempt before, where hosts are relaunched alone.
            listings.keySet().removeIf(old -> old < attempt - KEPT);
            log.info("attempt {} begins from {} checkpoint files", attempt, entries.size());
          } catch (ObjectStoreException e) {
            events.accept(new Event.CheckpointsFailed(new Fault(Blame.CLIENT, e.getMessage())));
          } catch (IOException | RuntimeException e) {
            log.error("the checkpoints can't be listed", e);
            events.accept(new Event.CheckpointsFailed(new Fault(Blame.PLATFORM, e.toString())));
          }
        });
  }

  /** Empty while that attempt's listing isn't made. */
  Optional<CheckpointPage> page(int attempt, int from) {
    List<CheckpointPage.Entry> entries = listings.get(attempt);
    if (entries == null) {
      return Optional.empty();
    }
    int size = entries.size();
    int start = Math.max(0, Math.min(from, size));
    return Optional.of(
        new CheckpointPage(entries.subList(start, Math.min(size, start + PAGE)), size));
  }
}
