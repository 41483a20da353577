package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;

/** The types that the API's members have in JSON (AWS JSON 1.1). */
enum FieldType {
  STRUCTURE("an object"),
  MAP("an object"),
  LIST("a list"),
  STRING("a string"),
  INTEGER("a whole number"),
  LONG("a whole number"),
  BOOLEAN("true or false");

  private final String words;

  FieldType(String words) {
    this.words = words;
  }

  /**
   * @throws IllegalArgumentException when there is no such type
   */
  static FieldType of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** What is wrong with a value's JSON type, and the remedy; empty when it is right. */
  Optional<String> mismatch(JsonNode value) {
    if (accepts(value)) {
      return Optional.empty();
    }
    return Optional.of("must be " + words + ", not " + name(value) + remedy(value));
  }

  private boolean accepts(JsonNode value) {
    return switch (this) {
      case STRUCTURE, MAP -> value.isObject();
      case LIST -> value.isArray();
      case STRING -> value.isTextual();
      case INTEGER -> value.isIntegralNumber() && value.canConvertToInt();
      case LONG -> value.isIntegralNumber() && value.canConvertToLong();
      case BOOLEAN -> value.isBoolean();
    };
  }

  private String remedy(JsonNode value) {
    return switch (this) {
      case STRING ->
          value.isContainerNode() ? ": write its text, in quotes" : ": write it in quotes";
      case INTEGER, LONG, BOOLEAN -> value.isTextual() ? ": write it without quotes" : "";
      case LIST -> ": write it in [ ]";
      case STRUCTURE, MAP -> ": write it in { }";
    };
  }

  private String name(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> "an object";
      case ARRAY -> "a list";
      case STRING, BINARY -> "a string";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "null";
      case NUMBER -> {
        if (!value.isIntegralNumber()) {
          yield "a fraction";
        }
        yield this == INTEGER || this == LONG ? "so large a number" : "a whole number";
      }
    };
  }
}
