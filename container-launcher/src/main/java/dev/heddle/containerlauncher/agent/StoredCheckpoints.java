package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.TrainingJobRequest.CheckpointConfig;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.CheckpointSync;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.checkpoint.CheckpointEntry;
import dev.heddle.pipemode.checkpoint.CheckpointFolder;
import dev.heddle.pipemode.checkpoint.CheckpointStatus;
import dev.heddle.pipemode.checkpoint.SyncSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Checkpoints in a folder of an object store. */
final class StoredCheckpoints implements HostCheckpoints {
  private static final Logger LOG = LogManager.getLogger(StoredCheckpoints.class);

  private final ObjectStore store;
  private final CheckpointFolder folder;
  private final Settings settings;

  /**
   * @param store whose calls are not tried again for long, since the folder does that; closed with
   *     this
   * @param settings {@code heddle.s3.connections}, {@code heddle.s3.retry-for} and {@code
   *     heddle.disk.reserve-percent}
   */
  StoredCheckpoints(
      ObjectStore store,
      CheckpointConfig config,
      NodePaths paths,
      Settings settings,
      BooleanSupplier mayWrite) {
    this.store = store;
    this.settings = settings;
    this.folder =
        new CheckpointFolder(
            store,
            ObjectUri.parse(config.s3Uri()),
            directory(config, paths),
            paths.work().resolve("checkpoints"),
            SyncSettings.DEFAULT,
            mayWrite);
  }

  /** Where the algorithm keeps them, on the node. */
  static Path directory(CheckpointConfig config, NodePaths paths) {
    String local = config.localPath();
    if (local == null || local.isEmpty()) {
      return paths.tree().checkpoints();
    }
    Path below = Path.of(OptMl.PATH).relativize(Path.of(local).normalize());
    return paths.tree().root().resolve(below);
  }

  @Override
  public void restore(List<CheckpointPage.Entry> listing) throws IOException, InterruptedException {
    List<CheckpointEntry> entries =
        listing.stream().map(e -> new CheckpointEntry(e.key(), e.size(), e.etag())).toList();
    try (TransferPool pool =
        new TransferPool("checkpoints", settings.integer(Setting.S3_CONNECTIONS))) {
      long deadline = System.nanoTime() + settings.duration(Setting.S3_RETRY_FOR).toNanos();
      while (!restored(entries, pool, deadline)) {
        LOG.warn("checkpoints: S3 is away, going on with what is here already");
      }
    }
  }

  /** False when S3 could not be reached and there is time to try again. */
  private boolean restored(List<CheckpointEntry> entries, TransferPool pool, long deadline)
      throws IOException, InterruptedException {
    try {
      folder.restore(
          entries,
          pool,
          DiskReserve.percent(settings.integer(Setting.DISK_RESERVE)),
          received -> {});
      return true;
    } catch (ObjectStoreException e) {
      if (e.kind() != ObjectStoreException.Kind.UNREACHABLE || System.nanoTime() > deadline) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void watch() throws IOException {
    folder.start();
  }

  @Override
  public String flush(Duration patience) throws InterruptedException {
    List<String> left = folder.flush(patience);
    if (left.isEmpty()) {
      return "";
    }
    String trouble = folder.status().trouble();
    return String.format(
        "%d of its checkpoint files are not in S3 as they are here, such as %s%s",
        left.size(), left.get(0), trouble.isEmpty() ? "" : ": " + trouble);
  }

  @Override
  public CheckpointSync status() {
    CheckpointStatus status = folder.status();
    return new CheckpointSync(
        status.filesUploaded(),
        status.bytesUploaded(),
        status.pendingFiles(),
        status.lag().toMillis(),
        status.trouble());
  }

  @Override
  public void close() {
    folder.close();
    store.close();
  }
}
