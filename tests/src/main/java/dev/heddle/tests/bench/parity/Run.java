package dev.heddle.tests.bench.parity;

/**
 * One training, from its start to its end.
 *
 * @param round counts from 1
 * @param epochs how many it was told to train
 * @param rowsPerSecond of all hosts together, in the training loop
 * @param accuracy share of the held-out digits that the model tells apart in the end
 * @param failure why it came to nothing, and then there are no figures; else empty
 */
record Run(
    int round,
    Cell cell,
    Way way,
    int epochs,
    double rowsPerSecond,
    double accuracy,
    String failure) {

  static Run failed(int round, Cell cell, Way way, int epochs, String why) {
    return new Run(round, cell, way, epochs, 0, 0, why);
  }

  boolean succeeded() {
    return failure.isEmpty();
  }
}
