package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON text, read strictly.
 *
 * @param json of members of one name the last; a missing node when there is a fault
 * @param fault why this isn't JSON at all, one sentence
 * @param duplicates the members whose name stood in their object before; at most {@link
 *     FaultList#MOST}
 */
record JsonText(JsonNode json, Optional<String> fault, List<Located> duplicates) {

  static JsonText read(byte[] bytes, int maxBytes) {
    if (bytes.length > maxBytes) {
      return faulty(
          "the document is too long: it may have " + maxBytes + " bytes and has " + bytes.length);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return faulty("the document is not in UTF-8: save it so");
    }
    if (text.startsWith("\uFEFF")) {
      // Some editors mark UTF-8 so; it is no part of the text.
      text = text.substring(1);
    }
    try {
      JsonNode json =
          Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(text);
      if (json.isMissingNode()) {
        return faulty("the document is empty: write a CreateTrainingJob request");
      }
      return new JsonText(json, Optional.empty(), duplicates(text, Located.root(json)));
    } catch (JsonProcessingException e) {
      return faulty(syntax(e));
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory can't be read", e);
    }
  }

  private static JsonText faulty(String message) {
    return new JsonText(MissingNode.getInstance(), Optional.of(message), List.of());
  }

  private static String syntax(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    String what = e.getOriginalMessage().lines().findFirst().orElse("");
    return "the document is not JSON" + where + ": correct it, " + what;
  }

  /** One open object or list while the text is walked. */
  private static final class Open {
    private final boolean list;
    private final Set<String> names = new HashSet<>();
    private String name = "";
    private int index = -1;

    private Open(boolean list) {
      this.list = list;
    }

    private Located current(Located place) {
      return list ? place.element(index) : place.member(name);
    }
  }

  private static List<Located> duplicates(String text, Located root) throws IOException {
    List<Located> duplicates = new ArrayList<>();
    Deque<Open> open = new ArrayDeque<>();
    try (JsonParser parser = Json.MAPPER.createParser(text)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        Open inside = open.peek();
        if (t == JsonToken.FIELD_NAME && inside != null) {
          inside.name = parser.currentName();
          if (!inside.names.add(inside.name) && duplicates.size() < FaultList.MOST) {
            duplicates.add(locate(root, open));
          }
        } else if (t.isStructEnd()) {
          open.pop();
        } else {
          if (inside != null) {
            inside.index++;
          }
          if (t.isStructStart()) {
            open.push(new Open(t == JsonToken.START_ARRAY));
          }
        }
      }
    }
    return duplicates;
  }

  private static Located locate(Located root, Deque<Open> open) {
    Located place = root;
    for (Iterator<Open> outermostFirst = open.descendingIterator(); outermostFirst.hasNext(); ) {
      place = outermostFirst.next().current(place);
    }
    return place;
  }
}
