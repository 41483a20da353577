package dev.heddle.tests.bench.s3;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** ListObjectsV2. A continuation token is the last key, or common prefix, of the page before. */
final class Listing {
  private static final int PAGE = 1000;
  private static final String LAST = "\uffff";

  private final StringBuilder entries = new StringBuilder();
  private final Request request;
  private int count;
  private String last = "";

  private Listing(Request request) {
    this.request = request;
  }

  static Answer answer(String bucket, Catalogue catalogue, Request request) {
    if (!request.parameter("list-type").equals("2")) {
      return Answer.error(
          "501 Not Implemented", "NotImplemented", "This bucket is listed by ListObjectsV2 alone");
    }
    return new Listing(request).page(bucket, catalogue);
  }

  private Answer page(String bucket, Catalogue catalogue) {
    String prefix = request.parameter("prefix");
    String delimiter = request.parameter("delimiter");
    String limit = request.parameter("max-keys");
    int most = limit.isEmpty() ? PAGE : Math.min(PAGE, Integer.parseInt(limit));
    String token = request.parameter("continuation-token");
    String from = token.isEmpty() ? request.parameter("start-after") : token;
    // A common prefix stands for all keys that begin with it.
    String after = !delimiter.isEmpty() && from.endsWith(delimiter) ? from + LAST : from;
    if (after.compareTo(prefix) < 0) {
      after = prefix.isEmpty() ? "" : before(prefix);
    }
    boolean more = false;
    while (true) {
      StoredObject object = next(catalogue, after, prefix);
      if (object == null) {
        break;
      }
      if (count == most) {
        more = true;
        break;
      }
      int end = delimiter.isEmpty() ? -1 : object.key().indexOf(delimiter, prefix.length());
      if (end < 0) {
        add(object);
        after = object.key();
      } else {
        String common = object.key().substring(0, end + delimiter.length());
        addPrefix(common);
        after = common + LAST;
      }
    }
    String name = "<Name>" + bucket + "</Name>" + element("Prefix", encoded(prefix));
    return Answer.xml(
        "200 OK",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + name
            + (delimiter.isEmpty() ? "" : element("Delimiter", encoded(delimiter)))
            + element("KeyCount", Integer.toString(count))
            + element("MaxKeys", Integer.toString(most))
            + (urlEncoded() ? element("EncodingType", "url") : "")
            + (token.isEmpty() ? "" : element("ContinuationToken", escaped(token)))
            + element("IsTruncated", Boolean.toString(more))
            + (more ? element("NextContinuationToken", escaped(last)) : "")
            + entries
            + "</ListBucketResult>");
  }

  /** Something that sorts before all keys with the prefix, and after nearly all others. */
  private static String before(String prefix) {
    int end = prefix.length() - 1;
    return prefix.substring(0, end) + (char) (prefix.charAt(end) - 1) + LAST;
  }

  private static StoredObject next(Catalogue catalogue, String after, String prefix) {
    for (StoredObject object : catalogue.after(after)) {
      if (object.key().startsWith(prefix)) {
        return object;
      }
      if (object.key().compareTo(prefix) > 0) {
        return null;
      }
    }
    return null;
  }

  private void add(StoredObject object) {
    entries
        .append("<Contents>")
        .append(element("Key", encoded(object.key())))
        .append(element("LastModified", Bucket.MODIFIED.toString().replace("Z", ".000Z")))
        .append(element("ETag", escaped(object.etag())))
        .append(element("Size", Long.toString(object.size())))
        .append("<StorageClass>STANDARD</StorageClass></Contents>");
    count++;
    last = object.key();
  }

  private void addPrefix(String common) {
    entries
        .append("<CommonPrefixes>")
        .append(element("Prefix", encoded(common)))
        .append("</CommonPrefixes>");
    count++;
    last = common;
  }

  private boolean urlEncoded() {
    return request.parameter("encoding-type").equals("url");
  }

  private String encoded(String key) {
    return urlEncoded()
        ? URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/")
        : escaped(key);
  }

  private static String element(String name, String text) {
    return "<" + name + ">" + text + "</" + name + ">";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
