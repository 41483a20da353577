package dev.heddle.pipemode;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What S3 answers to the requests that read: objects, ranges of them, and lists. */
final class SyntheticAnswers {
  private static final String MODIFIED = "Mon, 01 Jan 2024 00:00:00 GMT";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int PAGE = 1000;

  /** Bytes of an object. */
  record Slice(String key, long offset, long length) {}

  /**
   * @param head with the empty line at its end
   * @param text of the body; empty when the body is a slice
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Answer(String head, byte[] text, Optional<Slice> slice) {}

  private final String bucket;
  private final SyntheticObjects objects;
  private final SignatureCheck signatures;
  private volatile boolean expired;
  private volatile int pageSize = PAGE;

  SyntheticAnswers(String bucket, SyntheticObjects objects, SignatureCheck signatures) {
    this.bucket = bucket;
    this.objects = objects;
    this.signatures = signatures;
  }

  void expireKeys(boolean wanted) {
    expired = wanted;
  }

  void pageSize(int keys) {
    pageSize = keys;
  }

  Answer to(HttpHead request) {
    if (request.header("authorization").isEmpty()) {
      return error("403 Forbidden", "AccessDenied", "Access Denied");
    }
    if (!signatures.passes(request)) {
      return error(
          "403 Forbidden",
          "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided.");
    }
    if (expired) {
      return error("403 Forbidden", "ExpiredToken", "The provided token has expired.");
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return error("405 Method Not Allowed", "MethodNotAllowed", "This bucket is read-only");
    }
    String[] target = request.target().split("\\?", 2);
    String[] path = decoded(target[0].substring(1).replace("+", "%2B")).split("/", 2);
    if (!path[0].equals(bucket)) {
      return error("404 Not Found", "NoSuchBucket", "The specified bucket does not exist");
    }
    if (path.length == 1 || path[1].isEmpty()) {
      return request.method().equals("HEAD")
          ? xml("200 OK", "")
          : list(parameters(target.length == 1 ? "" : target[1]));
    }
    return objects
        .size(path[1])
        .map(size -> object(request, path[1], size))
        .orElseGet(() -> error("404 Not Found", "NoSuchKey", "The specified key does not exist."));
  }

  private static Answer object(HttpHead request, String key, long size) {
    String etag = SyntheticObjects.etag(key, size);
    if (!request.header("if-match").orElse(etag).equals(etag)) {
      return error(
          "412 Precondition Failed",
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold");
    }
    String headers =
        "ETag: "
            + etag
            + "\r\nLast-Modified: "
            + MODIFIED
            + "\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n";
    Optional<Matcher> range = request.header("range").map(RANGE::matcher).filter(Matcher::matches);
    if (range.isEmpty()) {
      return slice("200 OK", headers, new Slice(key, 0, size));
    }
    long first = Long.parseLong(range.get().group(1));
    String to = range.get().group(2);
    long last = Math.min(size, to.isEmpty() ? size : Long.parseLong(to) + 1) - 1;
    if (first >= size || first > last) {
      return error(
          "416 Requested Range Not Satisfiable",
          "InvalidRange",
          "The requested range is not satisfiable");
    }
    return slice(
        "206 Partial Content",
        headers + "Content-Range: bytes " + first + "-" + last + "/" + size + "\r\n",
        new Slice(key, first, last - first + 1));
  }

  /** A continuation token is the last key of the page before. */
  private Answer list(Map<String, String> parameters) {
    if (!parameters.getOrDefault("list-type", "").equals("2")
        || parameters.containsKey("delimiter")) {
      return error("501 Not Implemented", "NotImplemented", "Only ListObjectsV2, and flat");
    }
    String prefix = parameters.getOrDefault("prefix", "");
    String token = parameters.getOrDefault("continuation-token", "");
    int most = Math.min(pageSize, Integer.parseInt(parameters.getOrDefault("max-keys", "" + PAGE)));
    boolean url = parameters.getOrDefault("encoding-type", "").equals("url");
    StringBuilder entries = new StringBuilder();
    String last = "";
    boolean more = false;
    int count = 0;
    for (Map.Entry<String, Long> object :
        (token.isEmpty() ? objects.from(prefix) : objects.after(token)).entrySet()) {
      if (!object.getKey().startsWith(prefix)) {
        break;
      }
      if (count == most) {
        more = true;
        break;
      }
      count++;
      last = object.getKey();
      entries
          .append("<Contents>")
          .append(element("Key", url ? encoded(last) : last))
          .append(element("LastModified", "2024-01-01T00:00:00.000Z"))
          .append(element("ETag", SyntheticObjects.etag(last, object.getValue())))
          .append(element("Size", Long.toString(object.getValue())))
          .append("<StorageClass>STANDARD</StorageClass></Contents>");
    }
    return xml(
        "200 OK",
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + element("Name", bucket)
            + element("Prefix", url ? encoded(prefix) : prefix)
            + element("KeyCount", Integer.toString(count))
            + element("MaxKeys", Integer.toString(most))
            + (url ? element("EncodingType", "url") : "")
            + (token.isEmpty() ? "" : element("ContinuationToken", token))
            + element("IsTruncated", Boolean.toString(more))
            + (more ? element("NextContinuationToken", last) : "")
            + entries
            + "</ListBucketResult>");
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      parameters.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encoded(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  private static String element(String name, String text) {
    return "<" + name + ">" + text.replace("&", "&amp;").replace("<", "&lt;") + "</" + name + ">";
  }

  private static Answer error(String status, String code, String message) {
    return xml(
        status, "<Error>" + element("Code", code) + element("Message", message) + "</Error>");
  }

  private static Answer xml(String status, String document) {
    byte[] text =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document)
            .getBytes(StandardCharsets.UTF_8);
    return new Answer(
        head(status, "Content-Type: application/xml\r\n", text.length), text, Optional.empty());
  }

  private static Answer slice(String status, String headers, Slice slice) {
    return new Answer(head(status, headers, slice.length()), new byte[0], Optional.of(slice));
  }

  private static String head(String status, String headers, long length) {
    return "HTTP/1.1 "
        + status
        + "\r\nServer: synthetic\r\nx-amz-request-id: 0\r\n"
        + headers
        + "Content-Length: "
        + length
        + "\r\n\r\n";
  }
}
