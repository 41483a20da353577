package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a document and where it stands, or the place of one that isn't there. Ordered as in
 * the document: what holds something comes before it, what is missing comes last in what should
 * hold it.
 */
final class Located implements Comparable<Located> {
  private static final int LONGEST_KEY = 60;

  private final JsonNode json;
  private final Located parent;
  private final String step;
  private final int ordinal;

  private Located(JsonNode json, Located parent, String step, int ordinal) {
    this.json = json;
    this.parent = parent;
    this.step = step;
    this.ordinal = ordinal;
  }

  static Located root(JsonNode json) {
    return new Located(json, null, "$", 0);
  }

  JsonNode json() {
    return json;
  }

  /** Neither missing nor null, which AWS's clients take for the same. */
  boolean present() {
    return !json.isMissingNode() && !json.isNull();
  }

  /** The member of that name, there or not. */
  Located member(String name) {
    if (json.has(name)) {
      int i = 0;
      for (Iterator<String> names = json.fieldNames(); names.hasNext(); i++) {
        if (names.next().equals(name)) {
          return new Located(json.get(name), this, step(name), i);
        }
      }
    }
    return new Located(MissingNode.getInstance(), this, step(name), Integer.MAX_VALUE);
  }

  /** All members by name, in order; empty unless this is an object. */
  List<Map.Entry<String, Located>> members() {
    List<Map.Entry<String, Located>> members = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      members.add(
          Map.entry(
              entry.getKey(),
              new Located(entry.getValue(), this, step(entry.getKey()), members.size())));
    }
    return members;
  }

  /** The element of that index, there or not. */
  Located element(int index) {
    return new Located(json.path(index), this, "[" + index + "]", index);
  }

  /** All elements; empty unless this is a list. */
  List<Located> elements() {
    List<Located> elements = new ArrayList<>();
    if (json.isArray()) {
      for (int i = 0; i < json.size(); i++) {
        elements.add(element(i));
      }
    }
    return elements;
  }

  /** Empty unless this is a text. */
  Optional<String> text() {
    return Optional.ofNullable(json.textValue());
  }

  /** Empty unless this is a whole number of 64 bits. */
  Optional<Long> number() {
    return json.isIntegralNumber() && json.canConvertToLong()
        ? Optional.of(json.longValue())
        : Optional.empty();
  }

  boolean isTrue() {
    return json.isBoolean() && json.booleanValue();
  }

  /** Such as {@code $.InputDataConfig[0].ChannelName} or {@code $.HyperParameters['max depth']}. */
  String path() {
    StringBuilder path = new StringBuilder();
    for (Located place : fromRoot()) {
      path.append(place.step);
    }
    return path.toString();
  }

  @Override
  public int compareTo(Located other) {
    Iterator<Located> ours = fromRoot().iterator();
    Iterator<Located> theirs = other.fromRoot().iterator();
    while (ours.hasNext() && theirs.hasNext()) {
      int order = Integer.compare(ours.next().ordinal, theirs.next().ordinal);
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(ours.hasNext(), theirs.hasNext());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Located place
        && place.ordinal == ordinal
        && place.step.equals(step)
        && (parent == null ? place.parent == null : parent.equals(place.parent));
  }

  @Override
  public int hashCode() {
    return 31 * (parent == null ? 1 : parent.hashCode()) + step.hashCode();
  }

  @Override
  public String toString() {
    return path();
  }

  private Deque<Located> fromRoot() {
    Deque<Located> chain = new ArrayDeque<>();
    for (Located place = this; place != null; place = place.parent) {
      chain.addFirst(place);
    }
    return chain;
  }

  private static String step(String name) {
    if (name.matches("[A-Za-z_][A-Za-z0-9_]*") && name.length() <= LONGEST_KEY) {
      return "." + name;
    }
    return "['" + Quoted.inside(name, LONGEST_KEY).replace("'", "\\'") + "']";
  }
}
