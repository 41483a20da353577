package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffleTest {

  /** These may never change, or users' jobs would give other results. */
  @Test
  void theOrderIsWhatItAlwaysWas() {
    assertEquals("[5, 6, 1, 4, 8, 3, 2, 9, 0, 7]", Arrays.toString(Shuffle.permutation(10, 0, 0)));
    assertEquals("[8, 2, 7, 4, 0, 9, 6, 3, 1, 5]", Arrays.toString(Shuffle.permutation(10, 0, 1)));
    assertEquals("[9, 5, 3, 8, 0, 2, 6, 4, 7, 1]", Arrays.toString(Shuffle.permutation(10, 42, 0)));
    assertEquals("[5, 4, 6, 9, 0, 7, 3, 1, 2, 8]", Arrays.toString(Shuffle.permutation(10, -7, 3)));
  }

  @Test
  void everyOrderIsAPermutation() {
    for (int size : new int[] {0, 1, 2, 3, 100, 10_007}) {
      for (int epoch = 0; epoch < 3; epoch++) {
        int[] order = Shuffle.permutation(size, 99, epoch);
        Arrays.sort(order);
        assertArrayEquals(IntStream.range(0, size).toArray(), order);
      }
    }
  }

  @Test
  void noPlaceIsFavoured() {
    int size = 5;
    int runs = 20_000;
    int[][] count = new int[size][size];
    for (int seed = 0; seed < runs; seed++) {
      int[] order = Shuffle.permutation(size, seed, 0);
      for (int i = 0; i < size; i++) {
        count[i][order[i]]++;
      }
    }
    for (int[] row : count) {
      for (int n : row) {
        assertTrue(Math.abs(n - runs / size) < 300, Arrays.toString(row));
      }
    }
  }
}
