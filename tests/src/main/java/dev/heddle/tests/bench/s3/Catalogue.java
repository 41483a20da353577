package dev.heddle.tests.bench.s3;

import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** All objects of the one bucket, by key. */
final class Catalogue {
  private final NavigableMap<String, StoredObject> objects = new TreeMap<>();

  /**
   * @param content how long the content is; no object is longer
   */
  Catalogue(List<ObjectSet> sets, long content) {
    for (ObjectSet set : sets) {
      if (set.size() > content) {
        throw new IllegalArgumentException(
            "objects of " + set.size() + " bytes don't fit in a content of " + content);
      }
      for (int i = 0; i < set.count(); i++) {
        String key = set.key(i);
        objects.put(key, new StoredObject(key, set.offset(i, content), set.size()));
      }
    }
  }

  Optional<StoredObject> find(String key) {
    return Optional.ofNullable(objects.get(key));
  }

  /** The objects behind a key, that one left out, in order. */
  Collection<StoredObject> after(String key) {
    return objects.tailMap(key, false).values();
  }
}
