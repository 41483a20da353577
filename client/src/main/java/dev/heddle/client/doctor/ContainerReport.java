package dev.heddle.client.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the probe has written on one host. */
final class ContainerReport {
  private static final String METADATA = "metadata";

  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> metadata = new ArrayList<>();

  /**
   * @param text lines KEY=VALUE
   */
  ContainerReport(String text) {
    text.lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              if (equals > 0) {
                String value = line.substring(equals + 1).strip();
                if (line.substring(0, equals).equals(METADATA)) {
                  metadata.add(value);
                } else {
                  values.put(line.substring(0, equals), value);
                }
              }
            });
  }

  /** Whether the probe came to its end. */
  boolean whole() {
    return is("done");
  }

  boolean is(String key) {
    return "yes".equals(values.get(key));
  }

  /** Empty when it wasn't written, or is empty. */
  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  OptionalLong number(String key) {
    return text(key)
        .filter(value -> value.matches("\\d{1,18}"))
        .map(value -> OptionalLong.of(Long.parseLong(value)))
        .orElse(OptionalLong.empty());
  }

  /** The metadata services of which it says that, as {@code HOST PORT}. */
  List<String> metadata(String word) {
    return metadata.stream()
        .filter(line -> line.startsWith(word + " "))
        .map(line -> line.substring(word.length() + 1))
        .toList();
  }
}
