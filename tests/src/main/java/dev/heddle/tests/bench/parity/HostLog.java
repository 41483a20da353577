package dev.heddle.tests.bench.parity;

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

  /**
   * How many to train, so that as many count.
   *
   * @param counted 1 or more
   */
  static int epochs(int counted) {
    int all = counted + 2;
    while (all - warmUp(all) - 1 < counted) {
      all++;
    }
    return all;
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
