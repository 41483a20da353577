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
import dev.heddle.pipemode.checkpoint.CheckpointListing;
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
  private final ObjectUri uri;
  private final CheckpointFolder folder;
  private final Settings settings;

  /**
   * @param store whose calls are not tried again for long, since the folder does that; closed with
   *     this
   * @param settings {@code heddle.s3.connections}, {@code heddle.s3.retry-for}, {@code
   *     heddle.disk.reserve-percent} and {@code heddle.fault.policy}
   */
  StoredCheckpoints(
      ObjectStore store,
      CheckpointConfig config,
      NodePaths paths,
      Settings settings,
      BooleanSupplier mayWrite) {
    this.store = store;
    this.settings = settings;
    this.uri = ObjectUri.parse(config.s3Uri());
    this.folder =
        new CheckpointFolder(
            store,
            uri,
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
    List<CheckpointEntry> wanted =
        listing.stream().map(e -> new CheckpointEntry(e.key(), e.size(), e.etag())).toList();
    boolean outdated = false;
    try (TransferPool pool =
        new TransferPool("checkpoints", settings.integer(Setting.S3_CONNECTIONS))) {
      long deadline = System.nanoTime() + settings.duration(Setting.S3_RETRY_FOR).toNanos();
      while (true) {
        try {
          if (outdated) {
            wanted = CheckpointListing.of(store, uri);
            outdated = false;
          }
          folder.restore(
              wanted,
              pool,
              DiskReserve.percent(settings.integer(Setting.DISK_RESERVE)),
              received -> {});
          return;
        } catch (ObjectStoreException e) {
          boolean away = e.kind() == ObjectStoreException.Kind.UNREACHABLE;
          if (System.nanoTime() > deadline || !(away || (!outdated && othersWrite(e)))) {
            throw e;
          }
          outdated |= !away;
          LOG.warn(
              away
                  ? "checkpoints: S3 is away, going on with what is here already"
                  : "checkpoints: other hosts train on, and theirs are others by now");
        }
      }
    }
  }

  /** Where a lost host alone is replaced, the others save and remove checkpoints meanwhile. */
  private boolean othersWrite(ObjectStoreException failure) {
    boolean theyTrain = !settings.require(Setting.FAULT_POLICY).equals("job");
    return theyTrain
        && (failure.kind() == ObjectStoreException.Kind.NOT_FOUND
            || failure.kind() == ObjectStoreException.Kind.CHANGED);
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
