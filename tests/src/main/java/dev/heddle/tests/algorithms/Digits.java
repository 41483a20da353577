package dev.heddle.tests.algorithms;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * The UCI handwritten digits ({@code datasets/digits/README.md} says whose they are), split once
 * and for all: 80 % in six objects to train on, 20 % held out. CSV, the label first.
 */
public final class Digits {
  private static final String RESOURCE = "/datasets/digits/digits.csv.gz";
  private static final int TRAIN_OBJECTS = 6;
  private static final int SEED = 20_261_124;

  private final SortedMap<String, byte[]> objects;

  private Digits(SortedMap<String, byte[]> objects) {
    this.objects = objects;
  }

  public static Digits load() {
    List<String> rows = new ArrayList<>();
    try (InputStream in = Digits.class.getResourceAsStream(RESOURCE);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(labelFirst(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    // The shuffle of java.util.Random is specified: the split is the same everywhere.
    Collections.shuffle(rows, new Random(SEED));
    int train = rows.size() * 8 / 10;
    SortedMap<String, StringBuilder> text = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      String key =
          i < train
              ? "train/part-" + (i % TRAIN_OBJECTS) + ".csv"
              : "validation/digits-held-out.csv";
      text.computeIfAbsent(key, k -> new StringBuilder()).append(rows.get(i)).append('\n');
    }
    SortedMap<String, byte[]> objects = new TreeMap<>();
    text.forEach((k, v) -> objects.put(k, v.toString().getBytes(StandardCharsets.US_ASCII)));
    return new Digits(objects);
  }

  private static String labelFirst(String line) {
    int last = line.lastIndexOf(',');
    return line.substring(last + 1) + "," + line.substring(0, last);
  }

  /** Contents by key: {@code train/part-0.csv} to 5, {@code validation/digits-held-out.csv}. */
  public Map<String, byte[]> objects() {
    return Collections.unmodifiableSortedMap(objects);
  }

  /** Lays the objects out as files. */
  public void writeTo(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      Path file = directory.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
  }
}
