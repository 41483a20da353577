package dev.heddle.containerlauncher.protocol;

import java.util.List;

/**
 * A stretch of an attempt's listing of checkpoints.
 *
 * @param total how many entries the whole listing has
 */
public record CheckpointPage(List<Entry> entries, int total) {
  public CheckpointPage {
    entries = List.copyOf(entries);
  }

  /**
   * One object.
   *
   * @param key below the checkpoints' prefix, names with slashes between
   * @param etag as S3 lists it
   * @param size bytes
   */
  public record Entry(String key, String etag, long size) {}
}
