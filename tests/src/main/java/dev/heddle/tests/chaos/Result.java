package dev.heddle.tests.chaos;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of one run.
 *
 * @param sameModel its model is the undisturbed one to the byte
 * @param repeated how many steps were made once more
 * @param again seconds from each fault that happened until all hosts trained again
 * @param broken what doesn't hold, a sentence each
 */
record Result(
    Plan plan,
    boolean completed,
    boolean sameModel,
    int repeated,
    List<Double> again,
    List<String> broken) {
  Result {
    again = List.copyOf(again);
    broken = List.copyOf(broken);
  }

  /** Of a run that couldn't be brought to its end. */
  static Result none(Plan plan, String why) {
    return new Result(plan, false, false, 0, List.of(), List.of(why));
  }

  boolean holds() {
    return broken.isEmpty();
  }

  /** The longest of a run's; empty when nothing happened. */
  OptionalDouble slowest() {
    return again.stream().mapToDouble(Double::doubleValue).max();
  }
}
