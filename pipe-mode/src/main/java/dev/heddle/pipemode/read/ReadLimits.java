package dev.heddle.pipemode.read;

/**
 * What all streams of a {@link ParallelReader} share.
 *
 * @param connections how many ranges are fetched at once, 1 or more
 * @param memoryBytes the most that is fetched or being fetched and not yet taken, 1 MiB or more
 * @param streams how many streams are open at once, 1 or more; each is sure of its share
 */
public record ReadLimits(int connections, long memoryBytes, int streams) {
  private static final int LARGEST_SLAB = 4 << 20;
  private static final int SMALLEST_SLAB = 128 << 10;

  public ReadLimits {
    if (connections < 1 || memoryBytes < 1 << 20 || streams < 1) {
      throw new IllegalArgumentException(
          connections + " connections, " + memoryBytes + " bytes, " + streams + " streams");
    }
  }

  /**
   * The size of one slab: 4 MiB, less where two for each stream wouldn't fit into the memory; very
   * small only where not even one would.
   */
  int slabBytes() {
    long bytes = LARGEST_SLAB;
    while ((bytes > SMALLEST_SLAB && memoryBytes / bytes < 2L * streams)
        || (bytes > 1 && memoryBytes / bytes < streams)) {
      bytes /= 2;
    }
    return (int) bytes;
  }

  /** At least one for each stream. */
  int slabs() {
    return (int) Math.max(streams, memoryBytes / slabBytes());
  }

  /**
   * What stays for each stream in any case, however many others the algorithm leaves alone: half an
   * even share.
   */
  int sureSlabs() {
    return Math.max(1, slabs() / (2 * streams));
  }

  /** The most that one stream may have: all that isn't sure to the others. */
  int slabsOfOneStream() {
    return slabs() - (streams - 1) * sureSlabs();
  }
}
