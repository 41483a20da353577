package dev.heddle.tests.chaos;

import dev.heddle.tests.bench.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** Results in Markdown: a row for each fault, and one for the runs that had two. */
final class Table {
  private static final String HEAD =
      """
      | fault | runs | completed | model identical | steps made again: median | worst | training again after, s (median) |
      |---|---|---|---|---|---|---|
      """;

  private Table() {}

  static String of(List<Result> results) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Fault fault : Fault.values()) {
      row(
          table,
          fault.words(),
          results,
          result -> result.plan().strikes().size() == 1 && result.plan().has(fault));
    }
    row(table, "two of these", results, result -> result.plan().strikes().size() > 1);
    row(table, "**all**", results, result -> true);
    return table.toString();
  }

  private static void row(
      StringBuilder table, String name, List<Result> all, Predicate<Result> wanted) {
    List<Result> results = all.stream().filter(wanted).toList();
    if (results.isEmpty()) {
      return;
    }
    List<Double> repeated = new ArrayList<>();
    List<Double> again = new ArrayList<>();
    for (Result result : results) {
      repeated.add((double) result.repeated());
      OptionalDouble slowest = result.slowest();
      slowest.ifPresent(again::add);
    }
    Figures steps = new Figures(repeated);
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %d | %d | %.0f | %.0f | %s |%n",
            name,
            results.size(),
            results.stream().filter(Result::completed).count(),
            results.stream().filter(Result::sameModel).count(),
            steps.median(),
            steps.most(),
            again.isEmpty()
                ? "–"
                : String.format(Locale.ROOT, "%.1f", new Figures(again).median())));
  }
}
