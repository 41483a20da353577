package dev.heddle.tests.bench.parity;

import dev.heddle.tests.algorithms.Digits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the sample {@code torch-ddp} trains on: the digits, so often that an epoch, and with it a
 * line of its log, takes a tenth of a second or more. Every host has all rows, and takes every
 * N-th.
 *
 * @param train the channel of that name, CSV
 * @param validation likewise
 */
record Sample(String train, String validation) {
  static final String NAME = "torch-ddp";

  /** By name, as in its {@code job.json}. */
  static final Map<String, String> METRICS =
      Map.of(
          "train:loss", "^epoch=[0-9]+ loss=([0-9.]+)",
          "validation:accuracy", "validation-accuracy=([0-9.]+)",
          "rows-per-second", "rows-per-second=([0-9]+)");

  private static final int COPIES = 20;

  static Sample load() {
    StringBuilder train = new StringBuilder();
    StringBuilder validation = new StringBuilder();
    new TreeMap<>(Digits.load().objects())
        .forEach(
            (key, rows) ->
                (key.startsWith("train/") ? train : validation)
                    .append(new String(rows, StandardCharsets.US_ASCII)));
    return new Sample(train.toString().repeat(COPIES), validation.toString());
  }

  long rows() {
    return train.lines().count();
  }

  /** Of all hosts in an epoch: as many full steps as there are, as the sample takes them. */
  double rowsOfAnEpoch(Cell cell) {
    int step = cell.batch() * cell.hosts();
    return Math.max(1, Math.rint((double) rows() / step)) * step;
  }

  /**
   * Without checkpoints: what is compared is training alone.
   *
   * @param port differs among trainings at the same time
   */
  Map<String, String> hyperparameters(Cell cell, int epochs, int port) {
    return Map.of(
        "batch_size",
        Integer.toString(cell.batch()),
        "epochs",
        Integer.toString(epochs),
        "checkpoint_epochs",
        "0",
        "port",
        Integer.toString(port));
  }

  /** The names of a job's hosts. */
  static List<String> hosts(int count) {
    return Stream.iterate(1, n -> n + 1).limit(count).map(n -> "algo-" + n).toList();
  }
}
