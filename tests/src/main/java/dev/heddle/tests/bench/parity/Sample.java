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

  /** Another one than the sample's own, which a test may have. */
  private static final String PORT = "29193";

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

  /** Without checkpoints: what is compared is training alone. */
  Map<String, String> hyperparameters(Cell cell, int epochs) {
    return Map.of(
        "batch_size",
        Integer.toString(cell.batch()),
        "epochs",
        Integer.toString(epochs),
        "checkpoint_epochs",
        "0",
        "port",
        PORT);
  }

  /** The names of a job's hosts. */
  static List<String> hosts(int count) {
    return Stream.iterate(1, n -> n + 1).limit(count).map(n -> "algo-" + n).toList();
  }
}
