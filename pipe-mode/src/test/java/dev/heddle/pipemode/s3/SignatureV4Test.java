package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Beside the SDK's own signer. */
class SignatureV4Test {
  private static final AwsCredentials PLAIN = AwsBasicCredentials.create("AKID", "se/cret+");
  private static final AwsCredentials SESSION =
      AwsSessionCredentials.create("ASIA", "another", "to/ken==");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-28T23:59:59.9Z"));
  private final SignatureV4 signature = new SignatureV4("eu-west-1", now::get);

  private static String path(String key) {
    return "/" + SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }

  private SortedMap<String, String> ours(String key, AwsCredentials credentials) {
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("host", "bucket.s3.eu-west-1.amazonaws.com");
    headers.put("range", "bytes=5-99");
    headers.put("if-match", "\"abc-2\"");
    signature.sign(path(key), headers, credentials);
    return headers;
  }

  private String theirs(String key, AwsCredentials credentials) {
    SdkHttpRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("https://bucket.s3.eu-west-1.amazonaws.com"))
            .encodedPath(path(key))
            .putHeader("Range", "bytes=5-99")
            .putHeader("If-Match", "\"abc-2\"")
            .build();
    return AwsV4HttpSigner.create()
        .sign(
            sign ->
                sign.identity(credentials)
                    .request(request)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now.get(), ZoneOffset.UTC)))
        .request()
        .firstMatchingHeader("Authorization")
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "deep/er/key.bin", "a b+c%d~e", "ünï/cödé \u4e2d", "a//b/../c", "=&?#'()*!"})
  void itIsTheSdks(String key) {
    assertEquals(theirs(key, PLAIN), ours(key, PLAIN).get("authorization"));
    assertEquals(theirs(key, SESSION), ours(key, SESSION).get("authorization"));
  }

  @Test
  void theNextDayHasAnotherKeyAndSoHaveOtherCredentials() {
    String before = ours("k", PLAIN).get("authorization");
    now.set(Instant.parse("2026-11-29T00:00:00Z"));
    assertEquals(theirs("k", PLAIN), ours("k", PLAIN).get("authorization"));
    assertEquals(theirs("k", SESSION), ours("k", SESSION).get("authorization"));
    now.set(Instant.parse("2026-11-28T23:59:59Z"));
    assertEquals(before, ours("k", PLAIN).get("authorization"));
    assertEquals("to/ken==", ours("k", SESSION).get("x-amz-security-token"));
  }

  @Test
  void aLineBreakInAHeaderIsRefused() {
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("if-match", "x\r\nx-evil: 1");
    assertThrows(IllegalArgumentException.class, () -> signature.sign("/k", headers, PLAIN));
  }
}
