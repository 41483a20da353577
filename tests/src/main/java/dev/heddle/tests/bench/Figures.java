package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * Repeated measurements of one thing, such as a duration in seconds.
 *
 * @param values in the order in which they were taken; not empty
 */
public record Figures(List<Double> values) {
  public Figures {
    values = List.copyOf(values);
  }

  public double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  public double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  public double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  String text() {
    return text(2);
  }

  /** The median and the range, with so many decimals. */
  public String text(int decimals) {
    String number = "%." + decimals + "f";
    return String.format(
        Locale.ROOT, number + " [" + number + "–" + number + "]", median(), least(), most());
  }

  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("median", median());
    json.put("min", least());
    json.put("max", most());
    ArrayNode all = json.putArray("all");
    values.forEach(all::add);
    return json;
  }
}
