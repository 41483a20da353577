package dev.heddle.pipemode.archive;

import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import java.util.ArrayList;
import java.util.List;

/**
 * How the 10,000 part numbers of one upload are divided: the hosts in their order, each with room
 * for more than its tree can become, and the numbers at the end for what is appended last.
 *
 * @param partSize bytes of a part
 * @param hosts each host's numbers
 * @param end the numbers for {@link ArchiveUpload#finish}
 */
public record PartPlan(int partSize, List<Share> hosts, Share end) {
  /** What S3 allows. */
  public static final int MOST_PARTS = 10_000;

  public static final int DEFAULT_PART_SIZE = 8 << 20;

  private static final int MEBI = 1 << 20;
  // A header, padding, and extended headers for a long name and a long link.
  private static final long PER_FILE = 4096;
  // Directories' headers, which a survey doesn't count, and gzip's own.
  private static final long PER_TREE = 256 * 1024;

  public PartPlan {
    hosts = List.copyOf(hosts);
  }

  /**
   * Consecutive part numbers.
   *
   * @param last {@code first - 1} where there are none, because all goes to the tail
   */
  public record Share(int first, int last) {
    public int count() {
      return last - first + 1;
    }
  }

  /**
   * @param trees what each host holds, in the hosts' order
   * @param smallestPart bytes, 5 MiB or more; larger parts are taken where 10,000 wouldn't do
   * @throws IllegalArgumentException when the trees are more than one object can hold
   */
  public static PartPlan of(List<TreeSize> trees, int smallestPart) {
    if (smallestPart < PartSink.SMALLEST_PART) {
      throw new IllegalArgumentException("a part must have 5 MiB or more: " + smallestPart);
    }
    long size = smallestPart;
    while (size <= Integer.MAX_VALUE - 8 - PartSink.SMALLEST_PART) {
      long needed = forEnd(trees.size(), size);
      for (TreeSize tree : trees) {
        needed += needed(tree, size);
      }
      if (needed <= MOST_PARTS) {
        return divide(trees, (int) size);
      }
      // Straight to about what would do, and on from there.
      size += Math.max(MEBI, (long) (size * Math.min(1.0, needed / (double) MOST_PARTS - 1)));
    }
    throw new IllegalArgumentException(
        trees.size() + " hosts' trees are more than the 10,000 parts of one object can hold");
  }

  private static PartPlan divide(List<TreeSize> trees, int size) {
    int[] counts = new int[trees.size()];
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) needed(trees.get(i), size);
      sum += counts[i];
    }
    int end = (int) forEnd(trees.size(), size);
    long spare = MOST_PARTS - end - sum;
    List<Share> shares = new ArrayList<>(counts.length);
    int next = 1;
    for (int count : counts) {
      // What no one needs is room for error, in proportion to what may go wrong.
      int share = count + (int) (sum == 0 ? 0 : spare * count / sum);
      shares.add(new Share(next, next + share - 1));
      next += share;
    }
    return new PartPlan(size, shares, new Share(MOST_PARTS - end + 1, MOST_PARTS));
  }

  /** Parts for a tree that doesn't shrink at all; none when it can't fill the smallest one. */
  private static long needed(TreeSize tree, long partSize) {
    long bound = bound(tree);
    return bound < PartSink.SMALLEST_PART ? 0 : (bound + partSize - 1) / partSize;
  }

  /** The most bytes that a tree's slice can have. */
  static long bound(TreeSize tree) {
    if (tree.files() == 0) {
      return 0;
    }
    long tar = tree.bytes() + tree.files() * PER_FILE + PER_TREE;
    // What doesn't shrink grows by five bytes in every 16 KiB at most.
    return tar + tar / 2048;
  }

  /** Tails of just under 5 MiB from every host, and the end. */
  private static long forEnd(int hosts, long partSize) {
    return (hosts * (long) PartSink.SMALLEST_PART + MEBI + partSize - 1) / partSize;
  }

  /** A host's share of an upload. */
  public MultipartTarget target(int host, ObjectUri object, String uploadId) {
    return target(hosts.get(host), object, uploadId);
  }

  /** What {@link ArchiveUpload#finish} writes. */
  public MultipartTarget endTarget(ObjectUri object, String uploadId) {
    return target(end, object, uploadId);
  }

  private MultipartTarget target(Share share, ObjectUri object, String uploadId) {
    return new MultipartTarget(object, uploadId, share.first(), share.last(), partSize);
  }
}
