package dev.heddle.tests.algorithms.xgboost;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Boosting, round after round; the same code whether one host trains or many. */
public final class Training {
  private static final Pattern EVALUATION = Pattern.compile("(\\w+)-merror:([0-9.eE+-]+)");

  private final Hyperparameters hyperparameters;
  private final Consumer<String> log;

  Training(Hyperparameters hyperparameters, Consumer<String> log) {
    this.hyperparameters = hyperparameters;
    this.log = log;
  }

  /**
   * Trains on this machine alone.
   *
   * @param values as in {@code hyperparameters.json}
   * @param log gets a line a round
   */
  public static Booster onOneHost(
      Map<String, String> values,
      LabelledRows train,
      LabelledRows validation,
      Consumer<String> log) {
    try {
      return new Training(Hyperparameters.parse(values), log).run(train, validation);
    } catch (AlgorithmFailure | XGBoostError e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Within a {@link Collective} all hosts boost one model and evaluate it over all their rows. */
  Booster run(LabelledRows train, LabelledRows validation) throws XGBoostError {
    int columns = Math.max(train.columns(), validation.columns());
    DMatrix trainMatrix = train.toMatrix(columns);
    DMatrix validationMatrix = validation.toMatrix(columns);
    Map<String, DMatrix> watches = new LinkedHashMap<>();
    watches.put("validation", validationMatrix);
    // No rounds: this only makes the booster, so that the rounds below can print our own lines.
    Booster booster = XGBoost.train(trainMatrix, hyperparameters.booster(), 0, watches, null, null);
    DMatrix[] matrices = {trainMatrix, validationMatrix};
    String[] names = {"train", "validation"};
    for (int round = 0; round < hyperparameters.rounds(); round++) {
      booster.update(trainMatrix, round);
      log.accept(line(round, booster.evalSet(matrices, names, round)));
    }
    return booster;
  }

  private static String line(int round, String evaluation) {
    StringBuilder line = new StringBuilder("round=" + (round + 1));
    Matcher found = EVALUATION.matcher(evaluation);
    while (found.find()) {
      double accuracy = 1 - Double.parseDouble(found.group(2));
      line.append(String.format(Locale.ROOT, " %s-accuracy=%.4f", found.group(1), accuracy));
    }
    return line.toString();
  }

  /** The share of rows whose most probable class is their label, 0 to 1. */
  public static double accuracy(Booster booster, LabelledRows rows) throws XGBoostError {
    float[][] probabilities = booster.predict(rows.toMatrix(rows.columns()));
    int right = 0;
    for (int row = 0; row < rows.rows(); row++) {
      int best = 0;
      for (int c = 1; c < probabilities[row].length; c++) {
        if (probabilities[row][c] > probabilities[row][best]) {
          best = c;
        }
      }
      if (best == (int) rows.label(row)) {
        right++;
      }
    }
    return (double) right / rows.rows();
  }
}
