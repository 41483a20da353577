package dev.heddle.tests.bench.parity;

import dev.heddle.tests.bench.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All runs in Markdown: rates and ratios of the cells, the targets, every run. */
record Report(List<Run> runs) {
  private static final List<Way> JOBS = List.of(Way.PROCESS, Way.DOCKER);
  private static final List<Pair> PAIRS =
      List.of(
          new Pair(Way.PROCESS, Way.BESIDE),
          new Pair(Way.DOCKER, Way.BESIDE),
          new Pair(Way.ENGINE, Way.BESIDE),
          new Pair(Way.DOCKER, Way.ENGINE));
  private static final double MEAN_TARGET = 0.98;
  private static final double CELL_TARGET = 0.95;

  /** Images a second on SageMaker by those on EC2 alone, as the platform's own makers measured. */
  private static final String SOURCE = "0.52–1.05";

  Report {
    runs = List.copyOf(runs);
  }

  String text() {
    return ratios() + "\n" + targets() + "\n" + every();
  }

  private List<Way> ways() {
    return Stream.of(Way.values())
        .filter(way -> runs.stream().anyMatch(run -> run.way() == way))
        .toList();
  }

  private List<Cell> cells() {
    return runs.stream()
        .map(Run::cell)
        .distinct()
        .sorted(Comparator.comparing(Cell::batch).thenComparing(Cell::hosts))
        .toList();
  }

  private String ratios() {
    StringBuilder table = new StringBuilder("Rows a second in the training loop, medians; ratios:");
    table.append(" median [least–most] of the rounds' own.\n\n");
    List<Pair> pairs =
        PAIRS.stream()
            .filter(pair -> ways().containsAll(List.of(pair.way(), pair.beside())))
            .toList();
    head(table, "rows/s: ", pairs.stream().map(Pair::words).toList());
    for (Cell cell : cells()) {
      row(table, cell, "%.0f", Run::rowsPerSecond);
      for (Pair pair : pairs) {
        table.append(
            Ratio.of(runs, cell, pair.way(), pair.beside())
                .map(r -> r.rounds().text(3))
                .orElse("–"));
        table.append(" | ");
      }
      end(table);
    }
    return table.toString();
  }

  /** What is divided by what. */
  private record Pair(Way way, Way beside) {
    String words() {
      return way.words() + " / " + beside.words().replace(" the idle cluster", "");
    }
  }

  private String targets() {
    StringBuilder text = new StringBuilder();
    for (Way way : JOBS) {
      List<Ratio> ratios = cellRatios(way, Way.BESIDE);
      if (ratios.isEmpty()) {
        continue;
      }
      Ratio worst =
          ratios.stream().min(Comparator.comparingDouble(r -> r.rounds().median())).orElseThrow();
      double mean = Ratio.mean(ratios);
      text.append(
          String.format(
              Locale.ROOT,
              "- %s: geometric mean of %d cells **%.3f** (aim %.2f: %s), worst cell %.3f, %s (aim"
                  + " %.2f: %s)%n",
              way.words(),
              ratios.size(),
              mean,
              MEAN_TARGET,
              met(mean >= MEAN_TARGET),
              worst.rounds().median(),
              worst.cell().text(),
              CELL_TARGET,
              met(worst.rounds().median() >= CELL_TARGET)));
    }
    List<Ratio> both = JOBS.stream().flatMap(way -> cellRatios(way, Way.BESIDE).stream()).toList();
    if (ways().containsAll(JOBS) && !both.isEmpty()) {
      text.append(String.format(Locale.ROOT, "- both: geometric mean %.3f%n", Ratio.mean(both)));
    }
    mean(text, "docker run, of native beside", Way.ENGINE, Way.BESIDE);
    mean(text, "Heddle, Docker, of docker run", Way.DOCKER, Way.ENGINE);
    List<Ratio> idle = cellRatios(Way.BESIDE, Way.HAND);
    if (!idle.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "- the idle cluster alone: %.3f of native by hand, whose runs came after it%n",
              Ratio.mean(idle)));
    }
    return text.append("- SageMaker beside EC2, as its makers measured: ")
        .append(SOURCE)
        .append('\n')
        .toString();
  }

  private void mean(StringBuilder text, String words, Way way, Way beside) {
    List<Ratio> ratios = cellRatios(way, beside);
    if (!ratios.isEmpty()) {
      text.append(
          String.format(Locale.ROOT, "- %s: geometric mean %.3f%n", words, Ratio.mean(ratios)));
    }
  }

  private List<Ratio> cellRatios(Way way, Way beside) {
    return cells().stream().flatMap(cell -> Ratio.of(runs, cell, way, beside).stream()).toList();
  }

  private static String met(boolean met) {
    return met ? "met" : "**not met**";
  }

  /** In the order of rounds. */
  private String every() {
    StringBuilder table = new StringBuilder("Every run, rows/s, in the order of rounds.\n\n");
    head(table, "", List.of());
    for (Cell cell : cells()) {
      start(table, cell);
      for (Way way : ways()) {
        table.append(
            of(cell, way)
                .sorted(Comparator.comparingInt(Run::round))
                .map(
                    run ->
                        run.succeeded()
                            ? String.format(Locale.ROOT, "%.0f", run.rowsPerSecond())
                            : "failed")
                .collect(Collectors.joining(", ")));
        table.append(" | ");
      }
      end(table);
    }
    return table.toString();
  }

  private Stream<Run> of(Cell cell, Way way) {
    return runs.stream().filter(run -> run.cell().equals(cell) && run.way() == way);
  }

  private void head(StringBuilder table, String unit, List<String> more) {
    List<String> names = new ArrayList<>(List.of("batch", "hosts"));
    for (Way way : ways()) {
      names.add(unit + way.words());
    }
    names.addAll(more);
    table.append("| ").append(String.join(" | ", names)).append(" |\n");
    table.append("|---".repeat(names.size())).append("|\n");
  }

  private static void start(StringBuilder table, Cell cell) {
    table.append("| ").append(cell.batch()).append(" | ").append(cell.hosts()).append(" | ");
  }

  private void row(StringBuilder table, Cell cell, String format, ToDoubleFunction<Run> figure) {
    start(table, cell);
    for (Way way : ways()) {
      List<Double> values =
          of(cell, way).filter(Run::succeeded).mapToDouble(figure).boxed().toList();
      Optional<Double> median =
          values.isEmpty() ? Optional.empty() : Optional.of(new Figures(values).median());
      table.append(median.map(m -> String.format(Locale.ROOT, format, m)).orElse("–"));
      table.append(" | ");
    }
  }

  private static void end(StringBuilder table) {
    table.setLength(table.length() - 1);
    table.append('\n');
  }
}
