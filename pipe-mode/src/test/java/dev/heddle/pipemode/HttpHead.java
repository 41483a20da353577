package dev.heddle.pipemode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The head of an HTTP/1.1 request or answer.
 *
 * @param text as it came, with the empty line at its end; one character a byte
 * @param start the first line
 * @param headers by their names in lower case
 */
record HttpHead(String text, String start, Map<String, String> headers) {
  private static final int LONGEST = 64 << 10;

  /**
   * @param in buffered
   * @return empty when the other side has closed, or closes before the head's end
   */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    int last = 0;
    while (last != 0x0d0a0d0a) {
      int b = in.read();
      if (b < 0) {
        return Optional.empty();
      }
      if (bytes.size() == LONGEST) {
        throw new IOException("a head of more than " + LONGEST + " bytes");
      }
      bytes.write(b);
      last = last << 8 | b;
    }
    return Optional.of(parse(bytes.toString(StandardCharsets.ISO_8859_1)));
  }

  private static HttpHead parse(String text) {
    List<String> lines = text.lines().toList();
    Map<String, String> headers = new TreeMap<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new HttpHead(text, lines.get(0), headers);
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  String method() {
    return start.split(" ", 3)[0];
  }

  /** A request's path and query. */
  String target() {
    return start.split(" ", 3)[1];
  }

  /** An answer's. */
  int status() {
    return Integer.parseInt(start.split(" ", 3)[1]);
  }

  /** What the head says of its body; 0 when it says nothing. */
  long contentLength() {
    return Long.parseLong(headers.getOrDefault("content-length", "0"));
  }

  boolean chunked() {
    return headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked");
  }

  boolean closes() {
    return headers.getOrDefault("connection", "").equalsIgnoreCase("close");
  }
}
