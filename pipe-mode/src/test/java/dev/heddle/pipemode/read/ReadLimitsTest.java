package dev.heddle.pipemode.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadLimitsTest {
  private static final long MIB = 1 << 20;

  @Test
  void slabsNeverExceedTheMemoryAndEachStreamIsSureOfOne() {
    for (int streams : new int[] {1, 2, 3, 20, 100}) {
      for (long memory : new long[] {MIB, 3 * MIB + 1, 64 * MIB, 1000 * MIB, 5000 * MIB}) {
        ReadLimits limits = new ReadLimits(4, memory, streams);
        String of = limits + ": " + limits.slabs() + " slabs of " + limits.slabBytes();
        assertTrue((long) limits.slabs() * limits.slabBytes() <= memory, of);
        assertTrue(limits.slabs() >= streams, of);
        int share = limits.slabsOfOneStream();
        assertTrue(share >= 1, of);
        // All others may have as much as one alone leaves them.
        assertTrue(limits.slabs() - share >= streams - 1, of + ", share " + share);
      }
    }
  }

  @Test
  void aStreamAloneHasAllTheMemory() {
    ReadLimits limits = new ReadLimits(4, 64 * MIB, 1);
    assertEquals(4 * MIB, limits.slabBytes());
    assertEquals(16, limits.slabs());
    assertEquals(16, limits.slabsOfOneStream());
  }

  @Test
  void halfAnEvenShareStaysForEachOtherStream() {
    ReadLimits limits = new ReadLimits(4, 96 * MIB, 3);
    assertEquals(24, limits.slabs());
    assertEquals(24 - 2 * 4, limits.slabsOfOneStream());
  }

  @Test
  void limitsThatCannotWorkAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ReadLimits(0, MIB, 1));
    assertThrows(IllegalArgumentException.class, () -> new ReadLimits(1, MIB - 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ReadLimits(1, MIB, 0));
  }
}
