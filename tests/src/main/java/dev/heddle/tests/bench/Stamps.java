package dev.heddle.tests.bench;

import dev.heddle.tests.embedded.ContainerLogs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When the hosts of one run printed their first and their last line, by their own clocks.
 *
 * @param first nanoseconds since 1970, of the host that came last
 * @param last likewise
 * @param hosts how many hosts printed both
 */
record Stamps(long first, long last, int hosts) {
  private static final Pattern LINE = Pattern.compile("heddle-bench (first|last) (\\d{19})");

  /** The command that every contender runs on every host: two lines, a second apart. */
  static final String COMMAND =
      """
      #!/bin/sh
      echo "heddle-bench first $(date +%s%N)"
      sleep 1
      echo "heddle-bench last $(date +%s%N)"
      """;

  /**
   * Reads them from the containers' log directories.
   *
   * @param nodes where the NodeManagers work
   */
  static Stamps read(Path nodes, String application) throws IOException {
    long first = 0;
    long last = 0;
    int hosts = 0;
    for (Path file : new ContainerLogs(nodes, application).files()) {
      long itsFirst = 0;
      long itsLast = 0;
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        Matcher stamp = LINE.matcher(line);
        if (!stamp.matches()) {
          continue;
        }
        long nanos = Long.parseLong(stamp.group(2));
        if (stamp.group(1).equals("first")) {
          itsFirst = nanos;
        } else {
          itsLast = nanos;
        }
      }
      if (itsFirst > 0 && itsLast > 0) {
        hosts++;
        first = Math.max(first, itsFirst);
        last = Math.max(last, itsLast);
      }
    }
    return new Stamps(first, last, hosts);
  }
}
