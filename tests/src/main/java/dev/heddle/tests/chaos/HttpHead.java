package dev.heddle.tests.chaos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The first line and the headers of a request or an answer (HTTP/1.1).
 *
 * @param text with the empty line that ends it
 */
record HttpHead(String text) {
  private static final int LONGEST = 1 << 16;

  /** Empty when the connection ends before it. */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int newlines = 0;
    while (newlines < 2) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      head.write(next);
      if (head.size() > LONGEST) {
        throw new IOException("headers without end");
      }
      if (next == '\n') {
        newlines++;
      } else if (next != '\r') {
        newlines = 0;
      }
    }
    return Optional.of(new HttpHead(head.toString(StandardCharsets.ISO_8859_1)));
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The first line's words: of a request the method first, of an answer the code second. */
  String word(int index) {
    return text.lines().findFirst().orElse("").split(" ", -1)[index];
  }

  Optional<String> header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return Arrays.stream(text.split("\r?\n", -1))
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst();
  }

  /** What Content-Length says; 0 without one. */
  long length() {
    return header("Content-Length").map(Long::parseLong).orElse(0L);
  }

  boolean isChunked() {
    return header("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent();
  }

  boolean expectsContinue() {
    return header("Expect").filter("100-continue"::equalsIgnoreCase).isPresent();
  }

  boolean endsConnection() {
    return header("Connection").filter("close"::equalsIgnoreCase).isPresent();
  }
}
