package dev.heddle.am.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.protocol.AgentWire;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Journal entries as lines of JSON. An agent's report is in it as it came over the wire. */
final class EntryLine {
  private static final Map<String, Class<?>> EVENTS = kinds(Event.class);
  private static final String KIND = "Kind";
  private static final String AT = "At";
  private static final String EVENT = "Event";
  private static final String SILENT = "Silent";

  private EntryLine() {}

  private static Map<String, Class<?>> kinds(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));
  }

  static String write(Entry entry) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put(KIND, entry.getClass().getSimpleName());
    if (entry instanceof Entry.Handled handled) {
      line.put(AT, handled.at().toString());
      line.set(EVENT, event(handled.event()));
    } else if (entry instanceof Entry.Begun begun) {
      line.put(AT, begun.created().toString());
      line.put("Seed", begun.seed());
    } else {
      line.setAll((ObjectNode) Json.MAPPER.valueToTree(entry));
    }
    return line + "\n";
  }

  private static JsonNode event(Event event) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put(KIND, event.getClass().getSimpleName());
    if (event instanceof Event.AgentReported reported) {
      json.put("Report", AgentWire.bytes(reported.report()));
    } else if (event instanceof Event.Heard heard) {
      ObjectNode silent = json.putObject(SILENT);
      heard.silent().forEach((allocation, last) -> silent.put(allocation, last.toString()));
    } else {
      json.setAll((ObjectNode) Json.MAPPER.valueToTree(event));
    }
    return json;
  }

  /**
   * @throws IOException when it is no such line
   */
  static Entry read(String line) throws IOException {
    try {
      JsonNode json = Json.read(line);
      return switch (json.path(KIND).asText()) {
        case "Begun" -> new Entry.Begun(json.path("Seed").asLong(), at(json));
        case "Handled" -> new Entry.Handled(at(json), readEvent(json.path(EVENT)));
        case "Paired" -> Json.MAPPER.treeToValue(json, Entry.Paired.class);
        case "Parted" -> Json.MAPPER.treeToValue(json, Entry.Parted.class);
        default -> throw new IOException("an unknown kind of entry");
      };
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IOException("no entry of a journal: " + line, e);
    }
  }

  private static Instant at(JsonNode json) {
    return Instant.parse(json.path(AT).asText());
  }

  private static Event readEvent(JsonNode json) throws IOException {
    String kind = json.path(KIND).asText();
    if (kind.equals(Event.AgentReported.class.getSimpleName())) {
      return new Event.AgentReported(AgentWire.report(json.path("Report").binaryValue()));
    }
    if (kind.equals(Event.Heard.class.getSimpleName())) {
      Map<String, Instant> silent = new HashMap<>();
      json.path(SILENT)
          .properties()
          .forEach(each -> silent.put(each.getKey(), Instant.parse(each.getValue().asText())));
      return new Event.Heard(silent);
    }
    Class<?> type = EVENTS.get(kind);
    if (type == null) {
      throw new IOException("an unknown kind of event: " + kind);
    }
    try {
      return (Event) Json.MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IOException("no event of kind " + kind + ": " + json, e);
    }
  }
}
