package dev.heddle.tests.bench.s3;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a request gets.
 *
 * @param status line, such as {@code 200 OK}
 * @param headers lines, each with its end
 * @param text of the body; empty when the body is a slice
 * @param slice of the content
 */
record Answer(String status, String headers, String text, Optional<Slice> slice) {
  /** Bytes of the content. */
  record Slice(long offset, long length) {}

  static Answer xml(String status, String document) {
    return new Answer(status, "Content-Type: application/xml\r\n", document, Optional.empty());
  }

  static Answer error(String status, String code, String message) {
    return xml(
        status,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
            + code
            + "</Code><Message>"
            + message
            + "</Message></Error>");
  }

  static Answer slice(String status, String headers, long offset, long length) {
    return new Answer(status, headers, "", Optional.of(new Slice(offset, length)));
  }

  long length() {
    return slice.map(Slice::length).orElseGet(() -> (long) body().length);
  }

  byte[] body() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
