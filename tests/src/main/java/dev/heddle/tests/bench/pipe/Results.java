package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Everything that was measured, in the order in which it came. */
final class Results {

  /** Where contenders are compared. */
  record Cell(Condition condition, DataSet set) {
    String text() {
      return condition + ", " + set.title();
    }
  }

  /** One contender's runs in a cell. */
  record Row(Cell cell, Contender contender, List<Run> runs) {
    Figures figures(ToDoubleFunction<Run> of) {
      return new Figures(runs.stream().map(of::applyAsDouble).toList());
    }

    double rate() {
      return figures(Run::megabytesPerSecond).median();
    }
  }

  /** The runs of one way to a trainer. */
  record TrainRow(Condition condition, Way way, List<Run> runs) {
    /** Megabytes a second from the start until the trainer has consumed all. */
    Figures rates() {
      return new Figures(runs.stream().map(Run::megabytesPerSecondWithStart).toList());
    }
  }

  private final Map<Cell, Map<String, Row>> cells = new LinkedHashMap<>();
  private final Map<Condition, Map<Way, TrainRow>> training = new LinkedHashMap<>();

  void add(Cell cell, Contender contender, Run run) {
    cells
        .computeIfAbsent(cell, c -> new LinkedHashMap<>())
        .computeIfAbsent(contender.name(), n -> new Row(cell, contender, new ArrayList<>()))
        .runs()
        .add(run);
  }

  void add(Condition condition, Way way, Run run) {
    training
        .computeIfAbsent(condition, c -> new LinkedHashMap<>())
        .computeIfAbsent(way, w -> new TrainRow(condition, w, new ArrayList<>()))
        .runs()
        .add(run);
  }

  Stream<Row> rows() {
    return cells.keySet().stream().flatMap(cell -> rows(cell.condition(), cell.set()));
  }

  /** The rows of a cell; none when it wasn't measured. */
  Stream<Row> rows(Condition condition, DataSet set) {
    return cells.getOrDefault(new Cell(condition, set), Map.of()).values().stream()
        .sorted(Comparator.comparing(row -> row.contender().kind()));
  }

  Optional<Row> row(Condition condition, DataSet set, Contender.Kind kind) {
    return rows(condition, set).filter(row -> row.contender().kind() == kind).findFirst();
  }

  Stream<TrainRow> trainRows() {
    return training.values().stream()
        .flatMap(rows -> rows.values().stream().sorted(Comparator.comparing(TrainRow::way)));
  }

  Optional<TrainRow> trainRow(Condition condition, Way way) {
    return Optional.ofNullable(training.getOrDefault(condition, Map.of()).get(way));
  }
}
