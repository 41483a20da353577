package dev.heddle.tests.bench.parity;

/**
 * What is trained.
 *
 * @param batch rows of a host's step
 * @param hosts 1 or more
 */
record Cell(int batch, int hosts) {
  String text() {
    return "batch " + batch + ", " + hosts + (hosts == 1 ? " host" : " hosts");
  }
}
