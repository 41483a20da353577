package dev.heddle.pipemode.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signs requests without a body (Amazon S3 API Reference, "Authenticating Requests: Using the
 * Authorization Header (AWS Signature Version 4)"). The SDK's signer takes more processor time than
 * the transfer of a small object; this one keeps what stays the same for a day or a second.
 */
final class SignatureV4 {
  static final String EMPTY_HASH =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String HMAC = "HmacSHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int DAY_LENGTH = 8;

  /** A second's name. */
  private record Stamp(long second, String time) {
    String day() {
      return time.substring(0, DAY_LENGTH);
    }
  }

  /** What a secret signs with for a day. Never printed. */
  private record DayKey(AwsCredentials of, String day, SecretKeySpec key) {
    @Override
    public String toString() {
      return "DayKey[***]";
    }
  }

  private final String region;
  private final InstantSource clock;
  private volatile Stamp stamp = new Stamp(Long.MIN_VALUE, "");
  private volatile DayKey dayKey;

  SignatureV4(String region, InstantSource clock) {
    this.region = region;
    this.clock = clock;
  }

  /**
   * Adds what makes a GET request authentic.
   *
   * @param path encoded as it will be sent
   * @param headers by their names in small letters, {@code host} among them; all are signed
   */
  void sign(String path, SortedMap<String, String> headers, AwsCredentials credentials) {
    Stamp now = now();
    headers.put("x-amz-content-sha256", EMPTY_HASH);
    headers.put("x-amz-date", now.time());
    if (credentials instanceof AwsSessionCredentials session) {
      headers.put("x-amz-security-token", session.sessionToken());
    }
    String names = String.join(";", headers.keySet());
    StringBuilder canonical = new StringBuilder(512);
    canonical.append("GET\n").append(path).append("\n\n");
    headers.forEach(
        (name, value) -> {
          if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a line break in the HTTP header " + name);
          }
          canonical.append(name).append(':').append(value).append('\n');
        });
    canonical.append('\n').append(names).append('\n').append(EMPTY_HASH);
    String scope = now.day() + "/" + region + "/s3/aws4_request";
    String toSign = ALGORITHM + "\n" + now.time() + "\n" + scope + "\n" + sha256(canonical);
    String signature = HexFormat.of().formatHex(hmac(key(credentials, now.day()), toSign));
    headers.put(
        "authorization",
        ALGORITHM
            + " Credential="
            + credentials.accessKeyId()
            + "/"
            + scope
            + ", SignedHeaders="
            + names
            + ", Signature="
            + signature);
  }

  private Stamp now() {
    Instant instant = clock.instant();
    Stamp known = stamp;
    if (known.second() != instant.getEpochSecond()) {
      known = new Stamp(instant.getEpochSecond(), TIME.format(instant));
      stamp = known;
    }
    return known;
  }

  private SecretKeySpec key(AwsCredentials credentials, String day) {
    DayKey known = dayKey;
    if (known == null || !known.day().equals(day) || !known.of().equals(credentials)) {
      byte[] secret = ("AWS4" + credentials.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
      byte[] key = secret;
      for (String step : new String[] {day, region, "s3", "aws4_request"}) {
        key = hmac(new SecretKeySpec(key, HMAC), step);
      }
      known = new DayKey(credentials, day, new SecretKeySpec(key, HMAC));
      dayKey = known;
    }
    return known.key();
  }

  private static byte[] hmac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static String sha256(CharSequence text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
