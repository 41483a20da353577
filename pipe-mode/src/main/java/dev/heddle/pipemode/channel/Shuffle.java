package dev.heddle.pipemode.channel;

/**
 * The order of a shuffled channel: a function of the seed, the epoch and the number of objects
 * alone, so that every host, and every relaunch, gets the same.
 *
 * <p>The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014), started from {@code mix(mix(seed) + epoch)}; the permutation is Fisher and
 * Yates's, from the last place down, where place {@code i} is exchanged with a place from 0 to
 * {@code i} that is the generator's next number (its upper 63 bits) modulo {@code i + 1}, numbers
 * that would favour small places being thrown away. This must never change: it would change the
 * results of users' jobs.
 */
final class Shuffle {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private Shuffle(long seed, int epoch) {
    state = mix(mix(seed) + epoch);
  }

  static int[] permutation(int size, long seed, int epoch) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    Shuffle random = new Shuffle(seed, epoch);
    for (int i = size - 1; i > 0; i--) {
      int j = random.below(i + 1);
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }

  private int below(int bound) {
    while (true) {
      long number = next() >>> 1;
      long place = number % bound;
      // Overflows just where the last, incomplete run of places begins.
      if (number - place + (bound - 1) >= 0) {
        return (int) place;
      }
    }
  }

  private long next() {
    state += GAMMA;
    return mix(state);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
