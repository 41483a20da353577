package dev.heddle.tests.bench.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of a request.
 *
 * @param path decoded
 * @param query decoded; a name without value has an empty one
 * @param headers by their names in lower case
 */
record Request(String method, String path, Map<String, String> query, Map<String, String> headers) {

  /**
   * @param head all lines, without the empty one at the end
   * @throws IllegalArgumentException when it isn't HTTP/1.1
   */
  static Request parse(String head) {
    String[] lines = head.split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    if (first.length != 3 || !first[2].equals("HTTP/1.1")) {
      throw new IllegalArgumentException("not a line of HTTP/1.1: " + lines[0]);
    }
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("not a header: " + lines[i]);
      }
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    int mark = first[1].indexOf('?');
    String path = mark < 0 ? first[1] : first[1].substring(0, mark);
    Map<String, String> query = new HashMap<>();
    if (mark >= 0) {
      for (String pair : first[1].substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            decode(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    // A plus stands for itself in a path.
    return new Request(first[0], decode(path.replace("+", "%2B")), query, headers);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  String parameter(String name) {
    return query.getOrDefault(name, "");
  }

  /** Whether there is a signature of version 4; which one isn't looked at. */
  boolean signed() {
    return header("authorization").orElse("").startsWith("AWS4-HMAC-SHA256 ")
        || query.containsKey("X-Amz-Signature");
  }
}
