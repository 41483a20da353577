package dev.heddle.tests.algorithms;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Novels by Jane Austen ({@code datasets/austen/README.md} says whose texts they are): three to
 * train on, one held out.
 */
public final class Novels {
  private static final List<String> KEYS =
      List.of(
          "train/emma.txt",
          "train/pride-and-prejudice.txt",
          "train/sense-and-sensibility.txt",
          "validation/persuasion.txt");

  private final SortedMap<String, byte[]> objects;

  private Novels(SortedMap<String, byte[]> objects) {
    this.objects = objects;
  }

  public static Novels load() {
    SortedMap<String, byte[]> objects = new TreeMap<>();
    for (String key : KEYS) {
      String resource = "/datasets/austen/" + key.replaceFirst(".*/", "") + ".gz";
      try (InputStream in = new GZIPInputStream(Novels.class.getResourceAsStream(resource))) {
        objects.put(key, in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + resource, e);
      }
    }
    return new Novels(objects);
  }

  /**
   * Texts in UTF-8 by key: {@code train/emma.txt} and two more, {@code validation/persuasion.txt}.
   */
  public Map<String, byte[]> objects() {
    return Collections.unmodifiableSortedMap(objects);
  }
}
