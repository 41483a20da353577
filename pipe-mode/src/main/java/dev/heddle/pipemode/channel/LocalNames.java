package dev.heddle.pipemode.channel;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of the files of a channel, or of another prefix: the key without the prefix, and
 * without the slash that may follow it. Where the prefix cuts a name, or is itself an object's key,
 * the part after the prefix's last slash belongs to the file's name.
 */
public final class LocalNames {
  private final String prefix;
  private final String whose;
  private final String place;
  private final String advice;

  LocalNames(String prefix, String channel) {
    this(
        prefix,
        "Channel \"" + channel + "\"",
        "the channel's directory",
        "Rename the object, or take Pipe mode, which needs no names.");
  }

  /**
   * @param whose begins the sentence that refuses a key, such as {@code Channel "train"}
   * @param place what the files lie below, as that sentence calls it
   * @param advice a sentence for people that ends it
   */
  public LocalNames(String prefix, String whose, String place, String advice) {
    this.prefix = prefix;
    this.whose = whose;
    this.place = place;
    this.advice = advice;
  }

  /**
   * The file's name relative to the channel's directory, with single slashes between its segments;
   * empty for the prefix itself where that is a directory.
   *
   * @throws IOException naming the key, when a file of that name would lie outside of the directory
   *     or can't exist
   */
  public String of(String key) throws IOException {
    String name;
    if (prefix.isEmpty() || prefix.endsWith("/")) {
      name = key.substring(prefix.length());
    } else if (key.startsWith(prefix + "/")) {
      name = key.substring(prefix.length() + 1);
    } else {
      name = key.substring(prefix.lastIndexOf('/') + 1);
    }
    if (name.startsWith("/")) {
      throw refused(key, "its name on the disk would be the absolute path " + name);
    }
    StringBuilder clean = new StringBuilder(name.length());
    for (String segment : name.split("/", -1)) {
      if (segment.equals("..") || segment.equals(".")) {
        throw refused(key, "it has a segment \"" + segment + "\"");
      }
      if (!segment.isEmpty()) {
        clean.append(clean.length() == 0 ? "" : "/").append(segment);
      }
    }
    return clean.toString();
  }

  /**
   * @throws IOException naming the key, when this machine can't have a file of that name
   */
  public Path resolve(Path directory, String key) throws IOException {
    try {
      return directory.resolve(of(key));
    } catch (InvalidPathException e) {
      throw new IOException(
          whose
              + ": the object \""
              + key
              + "\" can't be a file here ("
              + e.getReason()
              + "); names beyond ASCII need a UTF-8 locale, such as LC_ALL=C.UTF-8.",
          e);
    }
  }

  /**
   * Finds keys that can't both be files of one directory.
   *
   * @throws IOException naming the keys
   */
  void check(Shard shard, Iterable<String> directoryKeys) throws IOException {
    // Which key needs a directory of that name; there are far fewer than files, as a rule.
    Map<String, String> directories = new HashMap<>();
    NameSet files = new NameSet(shard.size());
    for (String key : directoryKeys) {
      addDirectories(directories, of(key) + "/", key);
    }
    for (int i = 0; i < shard.size(); i++) {
      String key = shard.key(i);
      String name = of(key);
      if (name.isEmpty()) {
        throw refused(key, "it leaves no name for a file");
      }
      addDirectories(directories, name, key);
      if (!files.add(name)) {
        refuseDuplicate(shard, i, name);
      }
    }
    for (int i = 0; i < shard.size(); i++) {
      String key = shard.key(i);
      String inside = directories.get(of(key));
      if (inside != null) {
        throw refused(
            key, "a file of its name can't be a directory too, which \"" + inside + "\" needs");
      }
    }
  }

  private static void addDirectories(Map<String, String> directories, String name, String key) {
    int slash = name.lastIndexOf('/');
    while (slash > 0 && directories.putIfAbsent(name.substring(0, slash), key) == null) {
      slash = name.lastIndexOf('/', slash - 1);
    }
  }

  /** Two names with one hash: of two keys, of a key that is listed twice, or by chance. */
  private void refuseDuplicate(Shard shard, int index, String name) throws IOException {
    String key = shard.key(index);
    for (int i = 0; i < index; i++) {
      String other = shard.key(i);
      if (other.equals(key)) {
        // A manifest may name an object more than once; it is one file all the same.
        return;
      }
      if (of(other).equals(name)) {
        throw refused(key, "\"" + other + "\" would be the same file");
      }
    }
  }

  /** What refuses a key. */
  public IOException refused(String key, String why) {
    return new IOException(
        whose
            + ": the object \""
            + key
            + "\" can't be a file below "
            + place
            + ": "
            + why
            + ". "
            + advice);
  }

  /** A set of 64-bit hashes of names; a false duplicate is possible and must be looked into. */
  private static final class NameSet {
    private final long[] hashes;

    NameSet(int count) {
      hashes = new long[Integer.highestOneBit(Math.max(8, count)) * 4];
    }

    boolean add(String name) {
      long hash = 0xcbf29ce484222325L;
      for (int i = 0; i < name.length(); i++) {
        hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
      }
      hash = hash == 0 ? 1 : hash;
      int mask = hashes.length - 1;
      int at = (int) (hash ^ (hash >>> 32)) & mask;
      while (hashes[at] != 0) {
        if (hashes[at] == hash) {
          return false;
        }
        at = (at + 1) & mask;
      }
      hashes[at] = hash;
      return true;
    }
  }
}
