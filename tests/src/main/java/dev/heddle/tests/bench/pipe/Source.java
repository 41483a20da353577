package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.s3.ObjectSet;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a contender reads, and where.
 *
 * @param condition of the server
 * @param tls of an encrypted server
 */
record Source(
    Condition condition, URI endpoint, String bucket, ObjectSet objects, Optional<Tls> tls) {
  static final String KEY_ID = "AKIABENCHBENCHBENCH0";
  static final String SECRET = "bench-only-bench-only-bench-only";
  static final String REGION = "us-east-1";

  /** The objects' common prefix, up to the last slash. */
  String prefix() {
    return objects.prefix().substring(0, objects.prefix().lastIndexOf('/') + 1);
  }

  /** {@code s3://bucket/prefix/}. */
  String uri() {
    return "s3://" + bucket + "/" + prefix();
  }

  /** The variables that every AWS client knows; profiles of this machine's users don't count. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_ACCESS_KEY_ID", KEY_ID);
    environment.put("AWS_SECRET_ACCESS_KEY", SECRET);
    environment.put("AWS_REGION", REGION);
    environment.put("AWS_DEFAULT_REGION", REGION);
    environment.put("AWS_ENDPOINT_URL_S3", endpoint.toString());
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put("AWS_CONFIG_FILE", "/dev/null");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    return environment;
  }
}
