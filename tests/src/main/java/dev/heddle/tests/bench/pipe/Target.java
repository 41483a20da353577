package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.pipe.Contender.Kind;
import dev.heddle.tests.bench.pipe.Results.Row;
import dev.heddle.tests.bench.pipe.Results.TrainRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A figure that is to be reached. All are made of medians.
 *
 * @param figure what it is
 * @param atLeast whether the bound is the least, not the most
 * @param measured empty when that wasn't measured
 * @param with what it was compared with, or where it was found; may be empty
 */
record Target(
    String figure, boolean atLeast, double bound, Optional<Double> measured, String with) {

  /** A figure and what it belongs to. */
  private record Found(double figure, String with) {}

  static List<Target> of(Results results) {
    List<Target> targets = new ArrayList<>();
    targets.add(
        least(
            "A, 1 GB: Heddle / limit",
            0.75,
            ratio(results, Condition.A, DataSet.GB1, kind -> kind == Kind.LIMIT)));
    for (DataSet set : DataSet.values()) {
      targets.add(
          least(
              "A, " + set.title() + ": Heddle / fastest peer",
              1.3,
              ratio(results, Condition.A, set, Kind::peer)));
    }
    List<DataSet> large =
        Stream.of(DataSet.values()).filter(s -> !s.small() && !s.encrypted()).toList();
    for (DataSet set : large) {
      String begin = "B, " + set.title() + ": Heddle / ";
      targets.add(
          least(begin + "limit", 0.9, ratio(results, Condition.B, set, k -> k == Kind.LIMIT)));
      targets.add(least(begin + "fastest peer", 3, ratio(results, Condition.B, set, Kind::peer)));
      targets.add(
          least(
              begin + "fastest peer with one connection",
              10,
              ratio(results, Condition.B, set, k -> k == Kind.ONE_CONNECTION)));
    }
    targets.add(
        least(
            "B, " + DataSet.KB10.title() + ": Heddle / fastest peer",
            5,
            ratio(results, Condition.B, DataSet.KB10, Kind::peer)));
    targets.add(
        most(
            "CPU seconds per GB, A, large objects",
            1.0,
            worst(
                results,
                row -> row.cell().condition() == Condition.A && large.contains(row.cell().set()),
                row -> row.figures(Run::cpuSecondsPerGigabyte).median())));
    targets.add(
        most(
            "peak resident memory, MB",
            256,
            worst(results, row -> true, row -> row.figures(Run::peakMegabytes).most())));
    targets.add(
        least(
            "B: Pipe / File, total training MB/s", 2, trainRatio(results, Condition.B, Way.FILE)));
    targets.add(
        least("B: Pipe / aws, total training MB/s", 4, trainRatio(results, Condition.B, Way.AWS)));
    return List.copyOf(targets);
  }

  private static Target least(String figure, double bound, Optional<Found> found) {
    return of(figure, true, bound, found);
  }

  private static Target most(String figure, double bound, Optional<Found> found) {
    return of(figure, false, bound, found);
  }

  private static Target of(String figure, boolean atLeast, double bound, Optional<Found> found) {
    return new Target(
        figure, atLeast, bound, found.map(Found::figure), found.map(Found::with).orElse(""));
  }

  /** Heddle's rate beside the fastest of some others'. */
  private static Optional<Found> ratio(
      Results results, Condition condition, DataSet set, Predicate<Kind> others) {
    Optional<Row> heddle = results.row(condition, set, Kind.HEDDLE);
    Optional<Row> fastest =
        results
            .rows(condition, set)
            .filter(row -> others.test(row.contender().kind()))
            .max(Comparator.comparing(Row::rate));
    if (heddle.isEmpty() || fastest.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Found(heddle.get().rate() / fastest.get().rate(), fastest.get().contender().name()));
  }

  /** Heddle's largest figure in some cells. */
  private static Optional<Found> worst(
      Results results, Predicate<Row> cells, ToDoubleFunction<Row> of) {
    return results
        .rows()
        .filter(row -> row.contender().kind() == Kind.HEDDLE && cells.test(row))
        .max(Comparator.comparingDouble(of))
        .map(row -> new Found(of.applyAsDouble(row), row.cell().text()));
  }

  private static Optional<Found> trainRatio(Results results, Condition condition, Way other) {
    Optional<TrainRow> pipe = results.trainRow(condition, Way.PIPE);
    Optional<TrainRow> slower = results.trainRow(condition, other);
    if (pipe.isEmpty() || slower.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Found(pipe.get().rates().median() / slower.get().rates().median(), other.title()));
  }

  /** Empty when it wasn't measured. */
  Optional<Boolean> met() {
    return measured.map(figure -> atLeast ? figure >= bound : figure <= bound);
  }

  /** As a row of the table. */
  String line() {
    return String.format(
        Locale.ROOT,
        "| %s | at %s %s | %s | %s |",
        figure,
        atLeast ? "least" : "most",
        bound == Math.rint(bound) ? String.format(Locale.ROOT, "%.0f", bound) : bound,
        measured
            .map(value -> String.format(Locale.ROOT, "%.2f (%s)", value, with))
            .orElse("not measured"),
        met().map(met -> met ? "met" : "missed").orElse(""));
  }
}
