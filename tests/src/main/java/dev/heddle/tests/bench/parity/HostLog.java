package dev.heddle.tests.bench.parity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one host of the sample {@code torch-ddp} tells of its epochs.
 *
 * @param rates rows of all hosts in a second, epoch by epoch, without what lies between epochs
 * @param accuracy of the last one
 */
record HostLog(List<Double> rates, double accuracy) {
  private static final Pattern EPOCH =
      Pattern.compile(
          "^epoch=(\\d+) loss=\\S+ validation-accuracy=([0-9.]+) rows-per-second=(\\d+)$");

  HostLog {
    rates = List.copyOf(rates);
  }

  static HostLog parse(List<String> lines) {
    List<Double> rates = new ArrayList<>();
    double accuracy = 0;
    for (String line : lines) {
      Matcher epoch = EPOCH.matcher(line);
      if (epoch.matches()) {
        rates.add(Double.valueOf(epoch.group(3)));
        accuracy = Double.parseDouble(epoch.group(2));
      }
    }
    return new HostLog(rates, accuracy);
  }

  /** Whether there is such a log and a whole line of it tells of an epoch. */
  static boolean tellsOfAnEpoch(Path log) throws IOException {
    return Files.exists(log)
        && Files.readString(log, StandardCharsets.ISO_8859_1)
            .lines()
            .anyMatch(line -> EPOCH.matcher(line).matches());
  }

  /** The first quarter, rounded up. */
  private static int warmUp(int epochs) {
    return (epochs + 3) / 4;
  }

  /**
   * Rows in a second, over all epochs but the first quarter, in which everything warms up, and the
   * last, in which other hosts may have left already.
   *
   * @throws IllegalStateException when there are fewer than three
   */
  double rate() {
    if (rates.size() < 3) {
      throw new IllegalStateException("an epoch between the first and the last is needed");
    }
    // Every epoch has as many rows: their times add up.
    List<Double> counted = rates.subList(warmUp(rates.size()), rates.size() - 1);
    return counted.size() / counted.stream().mapToDouble(rate -> 1 / rate).sum();
  }
}
