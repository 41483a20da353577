package dev.heddle.pipemode;

/**
 * The address of an object, or of a key prefix: {@code s3://bucket/key}.
 *
 * @param scheme always {@code s3} today
 * @param bucket never empty
 * @param key without the leading slash; empty for a whole bucket
 */
public record ObjectUri(String scheme, String bucket, String key) {

  /**
   * Reads {@code s3://bucket[/key]}; the key is taken as it stands, nothing is percent-decoded.
   *
   * @throws IllegalArgumentException when the text isn't such an address
   */
  public static ObjectUri parse(String text) {
    int colon = text.indexOf("://");
    if (colon <= 0) {
      throw new IllegalArgumentException("not an object address (s3://bucket/key): " + text);
    }
    String scheme = text.substring(0, colon);
    String rest = text.substring(colon + 3);
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String key = slash < 0 ? "" : rest.substring(slash + 1);
    if (!scheme.equals("s3") || bucket.isEmpty()) {
      throw new IllegalArgumentException("not an object address (s3://bucket/key): " + text);
    }
    return new ObjectUri(scheme, bucket, key);
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
    return scheme + "://" + bucket + "/" + key;
  }
}
