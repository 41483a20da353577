package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.channel.LocalNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is in a job's folder of checkpoints; listed once, and then the same for all its hosts. */
public final class CheckpointListing {
  private CheckpointListing() {}

  /** The folder that an address means: {@code s3://b/c} and {@code s3://b/c/} are one. */
  static ObjectUri folder(ObjectUri uri) {
    return uri.key().isEmpty() || uri.key().endsWith("/") ? uri : uri.withKey(uri.key() + "/");
  }

  static LocalNames names(ObjectUri folder) {
    return new LocalNames(
        folder.key(),
        "The checkpoints in " + folder,
        "the checkpoint directory",
        "Rename or remove the object.");
  }

  /**
   * Lists the folder. Keys that end in a slash, which only stand for directories, and those with a
   * temporary name are left out.
   *
   * @param uri of the folder, with or without the slash at its end
   * @return in the order of names; empty when there is nothing
   * @throws dev.heddle.pipemode.ObjectStoreException when it can't be listed
   * @throws IOException naming the key, when one can't be a file below a directory, or two can't be
   *     files of the same one
   */
  public static List<CheckpointEntry> of(ObjectSource store, ObjectUri uri) throws IOException {
    ObjectUri folder = folder(uri);
    List<CheckpointEntry> entries = new ArrayList<>();
    store.list(
        folder,
        object -> {
          String key = object.uri().key();
          String name = key.startsWith(folder.key()) ? key.substring(folder.key().length()) : "";
          if (!name.isEmpty() && !key.endsWith("/") && !TemporaryNames.isWithinTemporary(name)) {
            entries.add(new CheckpointEntry(name, object.size(), object.etag()));
          }
        });
    entries.sort(Comparator.comparing(CheckpointEntry::name));
    check(folder, entries);
    return List.copyOf(entries);
  }

  /**
   * Makes sure that the entries can all be files of one directory.
   *
   * @return the names of the directories that they need
   * @throws IOException naming the key that can't
   */
  static Set<String> check(ObjectUri folder, List<CheckpointEntry> entries) throws IOException {
    LocalNames names = names(folder);
    // Which key needs a directory of that name.
    Map<String, String> directories = new HashMap<>();
    Set<String> files = new HashSet<>();
    for (CheckpointEntry entry : entries) {
      String key = folder.key() + entry.name();
      // What is shortened on the disk would go back to another key.
      if (!names.of(key).equals(entry.name()) || entry.name().isEmpty()) {
        throw names.refused(key, "it has an empty segment");
      }
      if (!files.add(entry.name())) {
        throw names.refused(key, "it is listed twice");
      }
      int slash = entry.name().lastIndexOf('/');
      while (slash > 0 && directories.putIfAbsent(entry.name().substring(0, slash), key) == null) {
        slash = entry.name().lastIndexOf('/', slash - 1);
      }
    }
    for (Map.Entry<String, String> directory : directories.entrySet()) {
      if (files.contains(directory.getKey())) {
        throw names.refused(
            folder.key() + directory.getKey(),
            "a file of its name can't be a directory too, which \""
                + directory.getValue()
                + "\" needs");
      }
    }
    return directories.keySet();
  }
}
