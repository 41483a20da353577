package dev.heddle.tests.bench.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers the requests of S3 that read: objects, ranges of them, and lists. */
final class Bucket {
  /** When all objects were made. */
  static final Instant MODIFIED = Instant.parse("2024-01-01T00:00:00Z");

  private static final String LAST_MODIFIED =
      DateTimeFormatter.RFC_1123_DATE_TIME.format(MODIFIED.atOffset(ZoneOffset.UTC));
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");

  private final String name;
  private final Catalogue catalogue;

  Bucket(String name, Catalogue catalogue) {
    this.name = name;
    this.catalogue = catalogue;
  }

  Answer answer(Request request) {
    if (!request.signed()) {
      return Answer.error("403 Forbidden", "AccessDenied", "The request isn't signed");
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return Answer.error("405 Method Not Allowed", "MethodNotAllowed", "This bucket is read-only");
    }
    String root = "/" + name;
    if (request.path().equals(root) || request.path().equals(root + "/")) {
      return request.method().equals("HEAD")
          ? Answer.xml("200 OK", "")
          : Listing.answer(name, catalogue, request);
    }
    if (!request.path().startsWith(root + "/")) {
      return Answer.error("404 Not Found", "NoSuchBucket", "There is no such bucket");
    }
    return catalogue
        .find(request.path().substring(root.length() + 1))
        .map(object -> object(object, request))
        .orElseGet(() -> Answer.error("404 Not Found", "NoSuchKey", "There is no such key"));
  }

  private static Answer object(StoredObject object, Request request) {
    String wanted = request.header("if-match").orElse("*");
    if (!wanted.equals("*") && !wanted.replace("\"", "").equals(object.etag().replace("\"", ""))) {
      return Answer.error(
          "412 Precondition Failed", "PreconditionFailed", "The object has another ETag");
    }
    String headers =
        "ETag: "
            + object.etag()
            + "\r\nLast-Modified: "
            + LAST_MODIFIED
            + "\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n";
    Optional<Matcher> range = request.header("range").map(RANGE::matcher).filter(Matcher::matches);
    if (range.isEmpty()) {
      return Answer.slice("200 OK", headers, object.offset(), object.size());
    }
    String from = range.get().group(1);
    String to = range.get().group(2);
    long first = from.isEmpty() ? Math.max(0, object.size() - number(to)) : number(from);
    long last = from.isEmpty() || to.isEmpty() ? object.size() - 1 : number(to);
    last = Math.min(last, object.size() - 1);
    if (first > last) {
      return Answer.error(
          "416 Requested Range Not Satisfiable", "InvalidRange", "The object ends before it");
    }
    return Answer.slice(
        "206 Partial Content",
        headers + "Content-Range: bytes " + first + "-" + last + "/" + object.size() + "\r\n",
        object.offset() + first,
        last - first + 1);
  }

  private static long number(String digits) {
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }
}
