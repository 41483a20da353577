package dev.heddle.pipemode;

import java.util.regex.Pattern;

/**
 * The address of an object, or of a key prefix: {@code s3://bucket/key}, or a file of one of
 * Hadoop's file systems, such as {@code hdfs://namenode:8020/path}.
 *
 * @param scheme {@code s3}, or a scheme that Hadoop knows
 * @param bucket for S3 the bucket and never empty; else the authority, which is empty where the
 *     configuration's own file system is meant ({@code hdfs:///path})
 * @param key without the leading slash; empty for a whole bucket
 */
public record ObjectUri(String scheme, String bucket, String key) {
  /** The scheme of what is read and written through S3's own protocol. */
  public static final String S3 = "s3";

  private static final String FILE = "file";

  private static final String SEPARATOR = "://";
  // A web server lists nothing, whatever Hadoop's own client for it may read.
  private static final Pattern SCHEME = Pattern.compile("(?!https?$)[a-z][a-z0-9+.-]*");

  /**
   * Reads {@code s3://bucket[/key]} or {@code scheme://[authority]/path}; the key is taken as it
   * stands, nothing is percent-decoded.
   *
   * @throws IllegalArgumentException when the text isn't such an address
   */
  public static ObjectUri parse(String text) {
    int end = text.indexOf(SEPARATOR);
    if (end <= 0) {
      throw invalid(text);
    }
    String scheme = text.substring(0, end);
    String rest = text.substring(end + SEPARATOR.length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String key = slash < 0 ? "" : rest.substring(slash + 1);
    boolean named = !bucket.isEmpty() || (slash == 0 && !scheme.equals(S3));
    if (!named || !SCHEME.matcher(scheme).matches()) {
      throw invalid(text);
    }
    return new ObjectUri(scheme, bucket, key);
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("not an object address (s3://bucket/key): " + text);
  }

  /** Whether it is in S3, rather than in one of Hadoop's file systems. */
  public boolean inS3() {
    return scheme.equals(S3);
  }

  /** Whether it is a file of whatever machine reads it. */
  public boolean inFiles() {
    return scheme.equals(FILE);
  }

  /** The same bucket with another key. */
  public ObjectUri withKey(String newKey) {
    return new ObjectUri(scheme, bucket, newKey);
  }

  /** This address taken as a folder: one slash stands between it and the child. */
  public ObjectUri child(String name) {
    return withKey(key.isEmpty() || key.endsWith("/") ? key + name : key + "/" + name);
  }

  @Override
  public String toString() {
    return scheme + SEPARATOR + bucket + "/" + key;
  }
}
