package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * Repeated measurements of one duration.
 *
 * @param seconds in the order in which they were taken; not empty
 */
record Figures(List<Double> seconds) {
  Figures {
    seconds = List.copyOf(seconds);
  }

  double median() {
    List<Double> sorted = seconds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double least() {
    return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double most() {
    return seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  String text() {
    return String.format(Locale.ROOT, "%.2f [%.2f–%.2f]", median(), least(), most());
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("median", median());
    json.put("min", least());
    json.put("max", most());
    ArrayNode all = json.putArray("all");
    seconds.forEach(all::add);
    return json;
  }
}
