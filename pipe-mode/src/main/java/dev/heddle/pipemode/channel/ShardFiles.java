package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The files of a shard below a directory, and which ranges of them are whole. Objects up to one
 * range have a file from when they are whole; larger ones have one of the full size from when it is
 * allocated. Safe for use by many threads.
 */
final class ShardFiles {
  static final long RANGE = 8L << 20;

  private static final long BLOCK = 4096;

  /**
   * A large object that isn't whole.
   *
   * @param hasBlocks whether its file takes no more of the disk
   */
  private record Part(BitSet ranges, boolean hasBlocks) {}

  private final Shard shard;
  private final LocalNames names;
  private final Path directory;
  private final BitSet whole = new BitSet();
  private final Map<Integer, Part> parts = new HashMap<>();

  ShardFiles(Shard shard, LocalNames names, Path directory) {
    this.shard = shard;
    this.names = names;
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  int size() {
    return shard.size();
  }

  ObjectInfo object(int index) {
    return shard.get(index);
  }

  /** Where an object's file is or will be; the name was checked before. */
  Path file(int index) {
    try {
      return names.resolve(directory, shard.key(index));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isLarge(int index) {
    return shard.bytes(index) > RANGE;
  }

  static int ranges(long bytes) {
    return (int) ((bytes + RANGE - 1) / RANGE);
  }

  synchronized boolean isWhole(int index) {
    return whole.get(index);
  }

  /** Whether a large object that isn't whole has its file. */
  synchronized boolean isAllocated(int index) {
    return parts.containsKey(index);
  }

  synchronized void allocated(int index, boolean hasBlocks) {
    parts.put(index, new Part(new BitSet(), hasBlocks));
  }

  /** Whether a range is on the disk. */
  synchronized boolean has(int index, int range) {
    Part part = parts.get(index);
    return whole.get(index) || (part != null && part.ranges.get(range));
  }

  /** A range is on the disk. */
  synchronized void add(int index, int range) {
    Part part = parts.get(index);
    if (part != null) {
      part.ranges.set(range);
      if (part.ranges.cardinality() < ranges(shard.bytes(index))) {
        return;
      }
      parts.remove(index);
    }
    whole.set(index);
  }

  synchronized boolean isEmpty() {
    return whole.isEmpty() && parts.isEmpty();
  }

  /** The bytes of the ranges that are on the disk. */
  synchronized long bytes() {
    long sum = 0;
    for (int i = whole.nextSetBit(0); i >= 0; i = whole.nextSetBit(i + 1)) {
      sum += shard.bytes(i);
    }
    for (Map.Entry<Integer, Part> part : parts.entrySet()) {
      sum += bytes(part.getKey(), part.getValue());
    }
    return sum;
  }

  private long bytes(int index, Part part) {
    int last = ranges(shard.bytes(index)) - 1;
    return part.ranges.cardinality() * RANGE
        - (part.ranges.get(last) ? (last + 1) * RANGE - shard.bytes(index) : 0);
  }

  /** What the disk needs to have free for the rest; files take whole blocks. */
  synchronized long missing() {
    long sum = 0;
    for (int i = whole.nextClearBit(0); i < shard.size(); i = whole.nextClearBit(i + 1)) {
      Part part = parts.get(i);
      long bytes = shard.bytes(i);
      if (part != null) {
        bytes = part.hasBlocks ? 0 : bytes - bytes(i, part);
      }
      sum += (bytes + BLOCK - 1) / BLOCK * BLOCK;
    }
    return sum;
  }

  /**
   * Knows what another listing's files were, where they are of the same objects. With other keys
   * nothing is known.
   */
  synchronized void takeOver(ShardFiles former) {
    synchronized (former) {
      if (former.shard.size() != shard.size()) {
        return;
      }
      for (int i = 0; i < shard.size(); i++) {
        if (!former.shard.key(i).equals(shard.key(i))) {
          whole.clear();
          parts.clear();
          return;
        }
        Part part = former.parts.get(i);
        if ((part != null || former.whole.get(i)) && isSame(former, i)) {
          if (part == null) {
            whole.set(i);
          } else {
            parts.put(i, part);
          }
        }
      }
    }
  }

  private boolean isSame(ShardFiles former, int index) {
    ObjectInfo object = shard.get(index);
    // Without a tag nobody knows.
    if (object.etag().isEmpty() || !object.equals(former.shard.get(index))) {
      return false;
    }
    try {
      BasicFileAttributes file =
          Files.readAttributes(file(index), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return file.isRegularFile() && file.size() == object.size();
    } catch (IOException e) {
      return false;
    }
  }
}
