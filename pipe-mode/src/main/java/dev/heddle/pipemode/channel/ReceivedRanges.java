package dev.heddle.pipemode.channel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What earlier downloads brought to the disk whole, with which a download that is called again goes
 * on. Kept in memory only: it says nothing of files that another process left. Safe for use by many
 * threads.
 */
public final class ReceivedRanges {
  private final Map<Path, ShardFiles> directories = new HashMap<>();

  /**
   * What a directory has of a shard; nothing of what isn't the same object any more, or isn't on
   * the disk any more.
   */
  synchronized ShardFiles of(Path directory, Shard shard, LocalNames names) {
    ShardFiles now = new ShardFiles(shard, names, directory);
    ShardFiles former = directories.put(directory, now);
    if (former != null) {
      now.takeOver(former);
    }
    return now;
  }

  synchronized void forget(Path directory) {
    directories.remove(directory);
  }

  /**
   * From now on the files may be changed by others; the next download begins anew. To be called
   * when all downloads are over.
   */
  public synchronized void forget() {
    directories.clear();
  }
}
