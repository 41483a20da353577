package dev.heddle.am.record;

import dev.heddle.am.supervisor.JobView;
import dev.heddle.containerlauncher.job.Json;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Writes the job's record beside the loop; of several that wait only the newest is written. */
public final class RecordKeeper {
  private static final Logger log = LogManager.getLogger(RecordKeeper.class);

  private final JobRecord record;
  private final RecordFile file;
  private final Clock clock;
  private final ExecutorService worker;
  private final AtomicReference<JobView> newest = new AtomicReference<>();

  /**
   * @param worker has one thread
   */
  public RecordKeeper(JobRecord record, RecordFile file, Clock clock, ExecutorService worker) {
    this.record = record;
    this.file = file;
    this.clock = clock;
    this.worker = worker;
  }

  public void keep(JobView view) {
    if (newest.getAndSet(view) == null) {
      worker.execute(this::write);
    }
  }

  private void write() {
    JobView view = newest.getAndSet(null);
    try {
      file.replace(Json.write(record.toJson(view, clock.instant())));
    } catch (IOException | RuntimeException e) {
      log.error("the job's record could not be written: {}", e.toString());
    }
  }
}
