package dev.heddle.containerlauncher.job;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a field's value must keep to besides its type.
 *
 * @param length characters of a text
 * @param keyLength characters of each key of a map
 * @param items entries of a list or a map
 * @param range of a number
 * @param values the names to choose from, in the order of the table; empty: any text
 */
record Limits(
    Bounds length,
    Bounds keyLength,
    Bounds items,
    Bounds range,
    Optional<Format> format,
    Optional<Format> keyFormat,
    Map<String, Standing> values) {

  /**
   * Reads the limits column of the table, such as {@code length=1..63 format=job-name}.
   *
   * @throws IllegalArgumentException when it can't be read
   */
  static Limits parse(String column) {
    Map<String, String> given = new LinkedHashMap<>();
    if (!column.equals("-")) {
      for (String limit : column.split(" ", -1)) {
        int equals = limit.indexOf('=');
        if (equals < 0 || given.put(limit.substring(0, equals), after(limit, equals)) != null) {
          throw new IllegalArgumentException("not a limit: " + limit);
        }
      }
    }
    Limits limits =
        new Limits(
            bounds(given.remove("length")),
            bounds(given.remove("key-length")),
            bounds(given.remove("items")),
            bounds(given.remove("range")),
            Optional.ofNullable(given.remove("format")).map(Format::of),
            Optional.ofNullable(given.remove("key-format")).map(Format::of),
            values(given.remove("values")));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("no such limits: " + given.keySet());
    }
    return limits;
  }

  private static String after(String limit, int equals) {
    return limit.substring(equals + 1);
  }

  private static Bounds bounds(String text) {
    return text == null ? Bounds.ANY : Bounds.parse(text);
  }

  private static Map<String, Standing> values(String text) {
    Map<String, Standing> values = new LinkedHashMap<>();
    if (text != null) {
      for (String value : Arrays.asList(text.split(",", -1))) {
        int colon = value.indexOf(':');
        values.put(
            colon < 0 ? value : value.substring(0, colon),
            colon < 0 ? Standing.HONOURED : Standing.of(value.substring(colon + 1)));
      }
    }
    return Collections.unmodifiableMap(values);
  }
}
