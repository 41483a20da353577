package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

@Timeout(60)
class SignatureV4Test {
  private static final AwsCredentials KEYS = AwsBasicCredentials.create("AKIDONE", "secret/one+");
  private static final AwsCredentials OTHER = AwsBasicCredentials.create("AKIDTWO", "secret two");
  private static final AwsCredentials SESSION =
      AwsSessionCredentials.create("ASIA", "secret-three", "token//+==");
  private static final AwsCredentials LATER =
      AwsSessionCredentials.create("ASIA", "secret-three", "another-token");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2024-02-28T23:59:59.999Z"));
  private final SignatureV4 signature = new SignatureV4("eu-west-1", now::get);

  private static SortedMap<String, String> headers() {
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("host", "bucket.s3.eu-west-1.amazonaws.com");
    headers.put("range", "bytes=5-9");
    headers.put("if-match", "\"0123456789abcdef0123456789abcdef\"");
    return headers;
  }

  private Map<String, String> ours(String path, AwsCredentials credentials) {
    SortedMap<String, String> headers = headers();
    signature.sign(path, headers, credentials);
    return headers;
  }

  private Map<String, String> theirs(String path, AwsCredentials credentials) {
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("https://bucket.s3.eu-west-1.amazonaws.com"))
            .encodedPath(path);
    headers().forEach(request::putHeader);
    SdkHttpRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(credentials)
                        .request(request.build())
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(
                            HttpSigner.SIGNING_CLOCK, Clock.fixed(now.get(), ZoneOffset.UTC)))
            .request();
    Map<String, String> headers = new HashMap<>();
    signed.forEachHeader(
        (name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
    return headers;
  }

  @Test
  void everyHeaderIsWhatTheSdksSignerMakes() {
    for (String key :
        List.of(
            "plain/key",
            "a b+c%20d%~",
            "ümläut/日本語/\uD83E\uDDF5",
            "double//slash//",
            "a/../b/./c",
            "tilde~!*'()",
            "line\nbreak",
            "q?x=1&y=2#f")) {
      String path = "/" + SdkHttpUtils.urlEncodeIgnoreSlashes(key);
      for (AwsCredentials credentials : List.of(KEYS, SESSION)) {
        assertEquals(theirs(path, credentials), ours(path, credentials), key);
      }
    }
  }

  @Test
  void aChangeOfDayOrKeysOrTokenChangesTheSignature() {
    for (String time :
        List.of(
            "2024-02-28T23:59:59.999Z",
            "2024-02-29T00:00:00Z",
            "2024-02-29T00:00:00.7Z",
            "2024-02-29T00:00:01Z",
            "2024-12-31T23:59:59Z",
            "2025-01-01T00:00:00Z",
            "2024-02-28T23:59:59Z")) {
      now.set(Instant.parse(time));
      for (AwsCredentials credentials : List.of(KEYS, OTHER, KEYS, SESSION, LATER, SESSION)) {
        assertEquals(theirs("/key", credentials), ours("/key", credentials), time);
      }
    }
  }

  @Test
  void onlyASessionsTokenIsSent() {
    assertFalse(ours("/key", KEYS).containsKey("x-amz-security-token"));
    assertEquals("token//+==", ours("/key", SESSION).get("x-amz-security-token"));
    assertFalse(ours("/key", KEYS).containsKey("x-amz-security-token"));
  }

  @Test
  void theSecretAndTheTokenDontShowInWhatIsPrintedOrSent() {
    Map<String, String> headers = ours("/key", SESSION);
    assertFalse(headers.get("authorization").contains("secret-three"));
    assertFalse(headers.get("authorization").contains("token//"));
    for (Object printed : List.of(signature, SESSION)) {
      assertFalse(printed.toString().contains("secret-three"), printed.toString());
      assertFalse(printed.toString().contains("token//"), printed.toString());
    }
  }

  @Test
  void whatIsKeptForADayIsntPrinted() throws Exception {
    ours("/key", SESSION);
    var kept = SignatureV4.class.getDeclaredField("dayKey");
    kept.setAccessible(true);
    assertEquals("DayKey[***]", kept.get(signature).toString());
  }

  @Test
  void aLineBreakInAHeaderIsRefused() {
    for (String broken : List.of("\"a\nb\"", "\"a\rb\"", "\"\r\nx-evil: 1\"")) {
      SortedMap<String, String> headers = headers();
      headers.put("if-match", broken);
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> signature.sign("/key", headers, KEYS));
      assertTrue(refused.getMessage().contains("if-match"), refused.getMessage());
    }
  }
}
