package dev.heddle.containerlauncher.conf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A file of instance types: a JSON object of name → {@code {"memoryMb": 8192, "vcores": 2, "gpus":
 * 0, "nodeLabel": "gpu"}}, the last two optional. Anything else in it is refused, lest a misspelled
 * entry be taken for nothing.
 */
final class InstanceTypesFile {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
  private static final List<String> MEMBERS = List.of("memoryMb", "vcores", "gpus", "nodeLabel");
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;
  private final List<String> faults = new ArrayList<>();

  private InstanceTypesFile(String file) {
    this.file = file;
  }

  /**
   * @param file what to call it in messages
   * @throws IllegalArgumentException naming the file and every entry that is wrong
   */
  static Map<String, InstanceType> read(String file, byte[] text) {
    JsonNode json;
    try {
      json = STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file
              + " isn't valid JSON at line "
              + (e.getLocation() == null ? 1 : e.getLocation().getLineNr())
              + ": "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " isn't UTF-8 text", e);
    }
    return new InstanceTypesFile(file).types(json);
  }

  private Map<String, InstanceType> types(JsonNode json) {
    if (!json.isObject()) {
      throw new IllegalArgumentException(
          file + " must hold one JSON object: {\"NAME\": {\"memoryMb\": 8192, \"vcores\": 2}}");
    }
    Map<String, InstanceType> types = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      types.put(entry.getKey(), type(entry.getKey(), entry.getValue()));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(file + ": " + String.join("; ", faults));
    }
    return types;
  }

  private InstanceType type(String name, JsonNode entry) {
    if (!name.matches(NAME)) {
      fault(name, "a name has 1 to 64 letters, digits, '.', '_' and '-'");
    }
    if (!entry.isObject()) {
      fault(name, "must be an object such as {\"memoryMb\": 8192, \"vcores\": 2}");
      return new InstanceType(name, 0, 0, 0, Optional.empty());
    }
    for (Map.Entry<String, JsonNode> member : entry.properties()) {
      if (!MEMBERS.contains(member.getKey())) {
        fault(
            name,
            "unknown member \""
                + member.getKey()
                + "\""
                + NearestName.of(member.getKey(), MEMBERS)
                    .map(near -> ": did you mean \"" + near + "\"?")
                    .orElse(": there are " + String.join(", ", MEMBERS)));
      }
    }
    long memoryMb = number(name, entry, "memoryMb", 1);
    int vcores = (int) number(name, entry, "vcores", 1);
    int gpus = entry.has("gpus") ? (int) number(name, entry, "gpus", 0) : 0;
    return new InstanceType(name, memoryMb, vcores, gpus, label(name, entry.get("nodeLabel")));
  }

  private long number(String name, JsonNode entry, String member, int least) {
    JsonNode value = entry.path(member);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
      fault(name, member + " must be a whole number of " + least + " or more");
      return least;
    }
    return value.longValue();
  }

  private Optional<String> label(String name, JsonNode value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual() || !value.textValue().matches("[A-Za-z0-9][A-Za-z0-9_-]{0,254}")) {
      fault(name, "nodeLabel must be the name of a YARN node label: leave it out for any node");
      return Optional.empty();
    }
    return Optional.of(value.textValue());
  }

  private void fault(String name, String message) {
    faults.add("\"" + name + "\": " + message);
  }
}
