package dev.heddle.tests.algorithms.xgboost;

/** Ends the algorithm with an exit code and a text for {@code output/failure}. */
final class AlgorithmFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What the user asked for is wrong. */
  static final int BAD_INPUT = 3;

  private final int exitCode;

  AlgorithmFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }

  static AlgorithmFailure badInput(String message) {
    return new AlgorithmFailure(BAD_INPUT, message);
  }
}
