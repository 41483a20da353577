package dev.heddle.tests.algorithms;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Monthly temperatures at 24 stations ({@code datasets/colorado/README.md} says whose they are), in
 * JSON Lines as DeepAR takes them, {@code cat} the station: the years to 1992 to train on, and each
 * of the five after them at the end of a series that begins with the first.
 */
public final class Temperatures {
  private static final String RESOURCE = "/datasets/colorado/temperatures.csv.gz";
  private static final int TRAIN_OBJECTS = 6;
  private static final int YEARS_HELD_OUT = 5;
  private static final int MONTHS = 12;
  private static final int VALUES_FROM = 5;
  private static final String START = "1930-01-01 00:00:00";

  private final SortedMap<String, byte[]> objects;

  private Temperatures(SortedMap<String, byte[]> objects) {
    this.objects = objects;
  }

  public static Temperatures load() {
    SortedMap<String, StringBuilder> text = new TreeMap<>();
    try (InputStream in = Temperatures.class.getResourceAsStream(RESOURCE);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      lines.readLine();
      int station = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> fields = List.of(line.split(","));
        List<String> values = fields.subList(VALUES_FROM, fields.size());
        int known = values.size() - YEARS_HELD_OUT * MONTHS;
        text.computeIfAbsent(
                "train/part-" + station % TRAIN_OBJECTS + ".json", k -> new StringBuilder())
            .append(series(station, values.subList(0, known)));
        for (int end = known + MONTHS; end <= values.size(); end += MONTHS) {
          text.computeIfAbsent("test/held-out.json", k -> new StringBuilder())
              .append(series(station, values.subList(0, end)));
        }
        station++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    SortedMap<String, byte[]> objects = new TreeMap<>();
    text.forEach((k, v) -> objects.put(k, v.toString().getBytes(StandardCharsets.US_ASCII)));
    return new Temperatures(objects);
  }

  private static String series(int station, List<String> values) {
    return "{\"start\": \"%s\", \"cat\": [%d], \"target\": [%s]}\n"
        .formatted(START, station, String.join(", ", values));
  }

  /** Contents by key: {@code train/part-0.json} to 5, {@code test/held-out.json}. */
  public Map<String, byte[]> objects() {
    return Collections.unmodifiableSortedMap(objects);
  }
}
