package dev.heddle.pipemode.checkpoint;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which files of the directory are known to be what S3 has, and as what. Kept in memory only: it
 * says nothing of files that another process left. Safe for use by many threads.
 */
final class SyncedFiles {

  /**
   * @param etag of the object; empty when nobody knows
   * @param stamp of the file when it was the same
   */
  record Synced(String etag, FileStamp stamp) {}

  private final Map<String, Synced> files = new ConcurrentHashMap<>();

  /** Null when nothing is known. */
  Synced get(String name) {
    return files.get(name);
  }

  void put(String name, String etag, FileStamp stamp) {
    files.put(name, new Synced(etag, stamp));
  }

  void remove(String name) {
    files.remove(name);
  }

  /** Knows nothing of other names any more. */
  void retain(Set<String> names) {
    files.keySet().retainAll(names);
  }

  void clear() {
    files.clear();
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  int size() {
    return files.size();
  }

  Set<String> names() {
    return files.keySet();
  }
}
