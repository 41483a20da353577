package dev.heddle.tests.algorithms.xgboost;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The hyperparameters, under the names that XGBoost and SageMaker's own XGBoost use.
 *
 * @param rounds boosting rounds, 1 to 10,000
 * @param classes number of classes, 2 to 1,000
 * @param booster what XGBoost itself is given
 * @param meetingPort the port of the elected host where the others meet it
 */
record Hyperparameters(int rounds, int classes, Map<String, Object> booster, int meetingPort) {

  private static final int DEFAULT_MEETING_PORT = 9091;
  private static final String OBJECTIVE = "multi:softprob";

  /**
   * @param values as in {@code hyperparameters.json}: every value is text
   * @throws AlgorithmFailure naming the hyperparameter that is wrong
   */
  static Hyperparameters parse(Map<String, String> values) throws AlgorithmFailure {
    Map<String, String> rest = new TreeMap<>(values);
    int rounds = whole(rest, "num_round", "20", 1, 10_000);
    int classes = whole(rest, "num_class", "10", 2, 1_000);
    int port = whole(rest, "meeting_port", Integer.toString(DEFAULT_MEETING_PORT), 1, 65_535);
    Map<String, Object> booster = new LinkedHashMap<>();
    String objective = take(rest, "objective", OBJECTIVE);
    if (!objective.equals(OBJECTIVE)) {
      throw AlgorithmFailure.badInput(
          "hyperparameter objective = '" + objective + "': this algorithm knows " + OBJECTIVE);
    }
    booster.put("objective", objective);
    booster.put("num_class", classes);
    booster.put("tree_method", "hist");
    booster.put("eval_metric", "merror");
    booster.put("max_depth", whole(rest, "max_depth", "6", 1, 30));
    booster.put("eta", decimal(rest, "eta", "0.3"));
    booster.put("subsample", decimal(rest, "subsample", "1"));
    booster.put("colsample_bytree", decimal(rest, "colsample_bytree", "1"));
    booster.put("nthread", whole(rest, "nthread", "1", 1, 256));
    booster.put("seed", whole(rest, "seed", "0", 0, Integer.MAX_VALUE));
    if (!rest.isEmpty()) {
      throw AlgorithmFailure.badInput("unknown hyperparameters: " + new TreeSet<>(rest.keySet()));
    }
    return new Hyperparameters(rounds, classes, booster, port);
  }

  private static String take(Map<String, String> values, String name, String preset) {
    String value = values.remove(name);
    return value == null ? preset : value.trim();
  }

  private static int whole(Map<String, String> values, String name, String preset, int min, int max)
      throws AlgorithmFailure {
    String value = take(values, name, preset);
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the bounds.
    }
    throw AlgorithmFailure.badInput(
        "hyperparameter "
            + name
            + " = '"
            + value
            + "' must be a whole number from "
            + min
            + " to "
            + max);
  }

  private static double decimal(Map<String, String> values, String name, String preset)
      throws AlgorithmFailure {
    String value = take(values, name, preset);
    try {
      double number = Double.parseDouble(value);
      if (number > 0 && number <= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the bounds.
    }
    throw AlgorithmFailure.badInput(
        "hyperparameter " + name + " = '" + value + "' must be a number above 0, up to 1");
  }
}
