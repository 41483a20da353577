package dev.heddle.client.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.containerlauncher.job.Json;

/** What an engine says when it refuses. */
final class EngineWords {
  private EngineWords() {}

  /**
   * @param message {@code Status 404: {"message":"No such image: x"}}, as docker-java has it
   */
  static String of(String message) {
    String text = String.valueOf(message).strip();
    int brace = text.indexOf('{');
    if (text.startsWith("Status ") && brace > 0) {
      try {
        JsonNode said = Json.read(text.substring(brace)).path("message");
        if (said.isTextual()) {
          return said.asText().strip();
        }
      } catch (IllegalArgumentException e) {
        return text;
      }
    }
    return text;
  }
}
