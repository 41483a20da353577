package dev.heddle.am.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.pipemode.S3Access;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;

/**
 * The secrets that travel from the client to the ApplicationMaster, as secret keys among the
 * application's Hadoop {@link Credentials}: never by environment, command line or settings.
 */
public final class JobCredentials {
  private static final Text S3_KEYS = new Text("heddle.s3.keys");
  private static final Text JOB_SECRET = new Text("heddle.job.secret");

  private JobCredentials() {}

  /** Adds the client's own S3 key. */
  public static void putS3Keys(Credentials credentials, S3Access.Keys keys) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("AccessKeyId", keys.accessKeyId());
    json.put("SecretAccessKey", keys.secretAccessKey());
    keys.sessionToken().ifPresent(token -> json.put("SessionToken", token));
    credentials.addSecretKey(S3_KEYS, Json.write(json).getBytes(StandardCharsets.UTF_8));
  }

  /** The client's S3 key; empty when it had none, and the default chain counts. */
  public static Optional<S3Access.Keys> s3Keys(Credentials credentials) {
    byte[] bytes = credentials.getSecretKey(S3_KEYS);
    if (bytes == null) {
      return Optional.empty();
    }
    JsonNode json = Json.read(new String(bytes, StandardCharsets.UTF_8));
    return Optional.of(
        new S3Access.Keys(
            json.path("AccessKeyId").asText(),
            json.path("SecretAccessKey").asText(),
            Optional.ofNullable(json.get("SessionToken")).map(JsonNode::asText)));
  }

  /**
   * Adds the secret from which the job's RPC tokens are made.
   *
   * @param secret the bytes that {@link Staging#secret()} holds as hexadecimal text
   */
  public static void putSecret(Credentials credentials, byte[] secret) {
    credentials.addSecretKey(JOB_SECRET, secret);
  }

  /**
   * @throws IllegalArgumentException when the credentials are not those of a Heddle job
   */
  public static byte[] secret(Credentials credentials) {
    byte[] secret = credentials.getSecretKey(JOB_SECRET);
    if (secret == null) {
      throw new IllegalArgumentException("the application's credentials hold no heddle.job.secret");
    }
    return secret;
  }
}
