package dev.heddle.tests.algorithms.steps;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One attempt of the sample on one host, as its log tells it.
 *
 * @param from the step whose checkpoint it went on from; 0 when there was none
 * @param started nanoseconds since 1970, by the host's own clock
 * @param steps the numbers of the steps that it made, in order
 */
public record StepsRun(String host, int attempt, int from, long started, List<Integer> steps) {
  private static final Pattern START =
      Pattern.compile("starting attempt=(\\d+) from step=(\\d+) on (\\S+) at (\\d+\\.\\d+)");
  private static final Pattern STEP = Pattern.compile("step=(\\d+) loss=.*");
  private static final int NANO_DIGITS = 9;

  public StepsRun {
    steps = List.copyOf(steps);
  }

  /** All attempts that a log tells of, in its order; lines of others are passed over. */
  public static List<StepsRun> parse(List<String> lines) {
    List<StepsRun> runs = new ArrayList<>();
    Matcher start = null;
    List<Integer> steps = new ArrayList<>();
    for (String line : lines) {
      Matcher begins = START.matcher(line);
      Matcher makes = STEP.matcher(line);
      if (begins.matches()) {
        if (start != null) {
          runs.add(of(start, steps));
        }
        start = begins;
        steps.clear();
      } else if (start != null && makes.matches()) {
        steps.add(Integer.valueOf(makes.group(1)));
      }
    }
    if (start != null) {
      runs.add(of(start, steps));
    }
    return runs;
  }

  private static StepsRun of(Matcher start, List<Integer> steps) {
    return new StepsRun(
        start.group(3),
        Integer.parseInt(start.group(1)),
        Integer.parseInt(start.group(2)),
        new BigDecimal(start.group(4)).movePointRight(NANO_DIGITS).longValueExact(),
        steps);
  }

  /** The last step that it made, or from which it started. */
  public int last() {
    return steps.isEmpty() ? from : steps.get(steps.size() - 1);
  }
}
