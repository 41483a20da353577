package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One measured run of a contender.
 *
 * @param bytes that came
 * @param startSeconds from the process's start to the first byte
 * @param streamSeconds from the first byte to the end
 * @param cpuSeconds user's and system's, of all its processes
 * @param peakMegabytes the resident memory of its largest process
 */
record Run(
    long bytes,
    double startSeconds,
    double streamSeconds,
    double cpuSeconds,
    double peakMegabytes) {

  /**
   * @param used what {@code measure} wrote
   * @param read what {@code reader} printed
   */
  static Run of(Map<String, String> used, Map<String, String> read) {
    long start = Long.parseLong(used.get("start-ns"));
    long first = Long.parseLong(read.get("first-ns"));
    return new Run(
        Long.parseLong(read.get("bytes")),
        (first - start) / 1e9,
        (Long.parseLong(read.get("end-ns")) - first) / 1e9,
        Double.parseDouble(used.get("user-s")) + Double.parseDouble(used.get("system-s")),
        Long.parseLong(used.get("peak-kib")) * 1024 / 1e6);
  }

  /** Reads lines of a name and a value. */
  static Map<String, String> parse(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        values.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    return values;
  }

  /** From the first byte on. */
  double megabytesPerSecond() {
    return bytes / 1e6 / streamSeconds;
  }

  /** From the process's start on. */
  double megabytesPerSecondWithStart() {
    return bytes / 1e6 / totalSeconds();
  }

  double totalSeconds() {
    return startSeconds + streamSeconds;
  }

  double cpuSecondsPerGigabyte() {
    return cpuSeconds / (bytes / 1e9);
  }
}
