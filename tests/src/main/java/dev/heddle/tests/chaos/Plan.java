package dev.heddle.tests.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What happens in one run: a function of its seed and of the faults there are, and of nothing else.
 * Seeds that follow each other have each fault once before any comes again, and File and Pipe mode
 * in turns.
 *
 * @param strikes one, or two that come at any distance
 */
record Plan(int seed, Mode mode, List<Strike> strikes) {
  private static final double EARLIEST = 0.02;
  private static final double LATEST = 0.95;
  private static final double CHANCE_OF_TWO = 0.2;

  Plan {
    strikes = List.copyOf(strikes);
  }

  /**
   * One fault.
   *
   * @param moment by the share of the job's steps that are made
   * @param host the victim's number, where there is one; 1 or more
   * @param size from 0 to 1: how long it lasts, or how much it takes
   */
  record Strike(Fault fault, double moment, int host, double size) {}

  /**
   * @param faults those to choose from; not empty
   * @param hosts of the job
   */
  static Plan of(int seed, List<Fault> faults, int hosts) {
    int round = Math.floorDiv(seed, faults.size());
    List<Fault> order = new ArrayList<>(faults);
    Collections.shuffle(order, random(round));
    Random random = random(~seed);
    List<Strike> strikes = new ArrayList<>();
    Fault first = order.get(Math.floorMod(seed, faults.size()));
    strikes.add(strike(first, random, hosts));
    List<Fault> others = faults.stream().filter(fault -> !first.excludes(fault)).toList();
    if (!others.isEmpty() && random.nextDouble() < CHANCE_OF_TWO) {
      strikes.add(strike(others.get(random.nextInt(others.size())), random, hosts));
    }
    // The round counts, too, or a fault would always come in the same mode.
    Mode mode = Math.floorMod(seed + round, 2) == 0 ? Mode.FILE : Mode.PIPE;
    return new Plan(seed, mode, strikes);
  }

  /** Seeds near each other give much the same first numbers. */
  private static Random random(int seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    random.nextLong();
    return random;
  }

  private static Strike strike(Fault fault, Random random, int hosts) {
    return new Strike(
        fault,
        EARLIEST + (LATEST - EARLIEST) * random.nextDouble(),
        1 + random.nextInt(hosts),
        random.nextDouble());
  }

  boolean has(Fault fault) {
    return strikes.stream().anyMatch(strike -> strike.fault() == fault);
  }

  boolean triesLease() {
    return strikes.stream().anyMatch(strike -> strike.fault().triesLease());
  }

  boolean outlastsLease() {
    return strikes.stream().anyMatch(strike -> strike.fault().outlastsLease());
  }
}
