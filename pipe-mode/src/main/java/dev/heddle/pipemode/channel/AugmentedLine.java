package dev.heddle.pipemode.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the named attributes out of a line of an augmented manifest, in the order of the names. A
 * string gives its text, a number, a truth value, an object or an array the JSON as it is written.
 */
final class AugmentedLine {
  private final JsonFactory json =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private final List<String> names;

  AugmentedLine(List<String> names) {
    this.names = names;
  }

  /** Why a line can't be used, in a few words. */
  static final class BadLineException extends IOException {
    private static final long serialVersionUID = 1L;

    BadLineException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * @return one value for each name
   */
  String[] values(byte[] line) throws BadLineException {
    Map<String, String> found = new HashMap<>();
    try (JsonParser parser = json.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLineException("it must be a JSON object", null);
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!names.contains(name)) {
          parser.skipChildren();
        } else if (value.isStructStart()) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          int to = (int) parser.currentLocation().getByteOffset();
          found.put(name, new String(line, from, to - from, StandardCharsets.UTF_8));
        } else if (value != JsonToken.VALUE_NULL) {
          found.put(name, parser.getText());
        }
      }
      if (parser.nextToken() != null) {
        throw new BadLineException("nothing may follow the JSON object", null);
      }
    } catch (JsonProcessingException e) {
      throw new BadLineException("it is no JSON object: " + e.getOriginalMessage(), e);
    } catch (BadLineException e) {
      throw e;
    } catch (IOException e) {
      throw new BadLineException(e.getMessage(), e);
    }
    String[] values = new String[names.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.get(names.get(i));
      if (values[i] == null) {
        throw new BadLineException("it has no value for \"" + names.get(i) + "\"", null);
      }
    }
    return values;
  }
}
