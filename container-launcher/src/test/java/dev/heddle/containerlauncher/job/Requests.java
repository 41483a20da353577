package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The example requests of {@code src/test/resources/jobs}, and changed copies of them. */
final class Requests {
  private final ObjectNode json;

  private Requests(String file) {
    this.json = (ObjectNode) Json.read(new String(bytes(file), StandardCharsets.UTF_8));
  }

  /**
   * @param file such as {@code minimal.json}
   */
  static Requests of(String file) {
    return new Requests(file);
  }

  static byte[] bytes(String file) {
    try (InputStream in = Requests.class.getResourceAsStream("/jobs/" + file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sets a value; an element with the index after the last is added.
   *
   * @param pointer such as {@code /InputDataConfig/0/ChannelName}; what holds it must be there
   * @param value in JSON; single quotes stand for double ones
   */
  Requests with(String pointer, String value) {
    JsonPointer at = JsonPointer.compile(pointer);
    String name = at.last().getMatchingProperty();
    JsonNode holder = json.at(at.head());
    JsonNode set = Json.read(value.replace('\'', '"'));
    if (holder instanceof ObjectNode object) {
      object.set(name, set);
    } else if (holder instanceof ArrayNode array && Integer.parseInt(name) == array.size()) {
      array.add(set);
    } else {
      ((ArrayNode) holder).set(Integer.parseInt(name), set);
    }
    return this;
  }

  Requests without(String pointer) {
    JsonPointer at = JsonPointer.compile(pointer);
    ((ObjectNode) json.at(at.head())).remove(at.last().getMatchingProperty());
    return this;
  }

  ObjectNode json() {
    return json;
  }

  List<JobFault> faults() {
    return RequestChecks.check(json);
  }
}
