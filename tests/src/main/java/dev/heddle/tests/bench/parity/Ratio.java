package dev.heddle.tests.bench.parity;

import dev.heddle.tests.bench.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One way's training beside another's in one cell: of every round that has both, the quotient of
 * their rates. Of seven such figures the range holds the true median with 98 %.
 */
record Ratio(Cell cell, Figures rounds) {

  /** Empty where no round has both. */
  static Optional<Ratio> of(List<Run> runs, Cell cell, Way way, Way beside) {
    Map<Integer, Double> above = rates(runs, cell, way);
    Map<Integer, Double> below = rates(runs, cell, beside);
    List<Double> quotients = new ArrayList<>();
    above.forEach(
        (round, rate) -> {
          if (below.containsKey(round)) {
            quotients.add(rate / below.get(round));
          }
        });
    return quotients.isEmpty()
        ? Optional.empty()
        : Optional.of(new Ratio(cell, new Figures(quotients)));
  }

  private static Map<Integer, Double> rates(List<Run> runs, Cell cell, Way way) {
    Map<Integer, Double> rates = new TreeMap<>();
    for (Run run : runs) {
      if (run.succeeded() && run.cell().equals(cell) && run.way() == way) {
        rates.put(run.round(), run.rowsPerSecond());
      }
    }
    return rates;
  }

  /** The geometric mean of the cells' medians. */
  static double mean(List<Ratio> ratios) {
    return Math.exp(
        ratios.stream().mapToDouble(r -> Math.log(r.rounds().median())).average().orElseThrow());
  }
}
