package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignedGetTest {
  private static SignedGet.Get get(
      String endpoint, String region, boolean pathStyle, String bucket, String key) {
    return get(endpoint, region, pathStyle, bucket, key, "\"tag\"");
  }

  private static SignedGet.Get get(
      String endpoint, String region, boolean pathStyle, String bucket, String key, String etag) {
    S3Access access =
        new S3Access(
            Optional.ofNullable(endpoint).map(URI::create),
            region,
            pathStyle,
            Optional.of(new S3Access.Keys("AKID", "very-secret", Optional.of("the-token"))),
            Duration.ZERO);
    return new SignedGet(
            access, S3Clients.credentials(access), () -> Instant.parse("2024-05-06T07:08:09Z"))
        .of(new ObjectInfo(new ObjectUri("s3", bucket, key), 100, etag), 10, 20);
  }

  private static List<String> lines(SignedGet.Get get) {
    return Arrays.asList(new String(get.head(), StandardCharsets.ISO_8859_1).split("\r\n", -1));
  }

  private static void is(SignedGet.Get get, String origin, String path, String host) {
    assertEquals(origin, get.origin().toString());
    assertEquals("GET " + path + " HTTP/1.1", lines(get).get(0));
    assertTrue(lines(get).contains("host: " + host), lines(get).toString());
  }

  @Test
  void awssOwnBucketsAreHostsOfTheirRegion() {
    is(
        get(null, "eu-west-1", false, "bucket", "a/b"),
        "https://bucket.s3.eu-west-1.amazonaws.com:443",
        "/a/b",
        "bucket.s3.eu-west-1.amazonaws.com");
    is(
        get(null, "cn-north-1", false, "bucket", "a"),
        "https://bucket.s3.cn-north-1.amazonaws.com.cn:443",
        "/a",
        "bucket.s3.cn-north-1.amazonaws.com.cn");
  }

  @Test
  void aBucketThatIsNoHostsNameStandsInThePath() {
    is(
        get(null, "eu-west-1", false, "with.dots", "a"),
        "https://s3.eu-west-1.amazonaws.com:443",
        "/with.dots/a",
        "s3.eu-west-1.amazonaws.com");
    is(
        get(null, "us-east-1", false, "Old_Bucket", "a"),
        "https://s3.us-east-1.amazonaws.com:443",
        "/Old_Bucket/a",
        "s3.us-east-1.amazonaws.com");
  }

  @Test
  void pathStyleKeepsTheServersName() {
    is(
        get(null, "eu-west-1", true, "bucket", "a"),
        "https://s3.eu-west-1.amazonaws.com:443",
        "/bucket/a",
        "s3.eu-west-1.amazonaws.com");
    is(
        get("http://minio:9000", "us-east-1", true, "bucket", "a"),
        "http://minio:9000",
        "/bucket/a",
        "minio:9000");
  }

  @Test
  void anotherServersPortIsNamedUnlessItIsTheStandardOne() {
    is(
        get("https://s3.example.com", "r", false, "bucket", "a"),
        "https://bucket.s3.example.com:443",
        "/a",
        "bucket.s3.example.com");
    is(
        get("https://s3.example.com:443", "r", true, "bucket", "a"),
        "https://s3.example.com:443",
        "/bucket/a",
        "s3.example.com");
    is(
        get("http://s3.example.com:80", "r", true, "bucket", "a"),
        "http://s3.example.com:80",
        "/bucket/a",
        "s3.example.com");
    is(
        get("http://s3.example.com:443", "r", false, "bucket", "a"),
        "http://bucket.s3.example.com:443",
        "/a",
        "bucket.s3.example.com:443");
    is(
        get("http://127.0.0.1:9000", "r", false, "bucket", "a"),
        "http://127.0.0.1:9000",
        "/bucket/a",
        "127.0.0.1:9000");
    is(
        get("http://[::1]:9000", "r", true, "bucket", "a"),
        "http://[::1]:9000",
        "/bucket/a",
        "[::1]:9000");
  }

  @Test
  void anEndpointMayHaveAPath() {
    for (String slash : List.of("", "/")) {
      is(
          get("http://gateway:8080/s3" + slash, "r", true, "bucket", "a"),
          "http://gateway:8080",
          "/s3/bucket/a",
          "gateway:8080");
    }
  }

  @Test
  void aKeyIsEncodedOnceAndItsSlashesStay() {
    is(
        get("http://h:1", "r", true, "b", "/a b+c%20/../ü~//\uD83E\uDDF5\n?#"),
        "http://h:1",
        "/b//a%20b%2Bc%2520/../%C3%BC~//%F0%9F%A7%B5%0A%3F%23",
        "h:1");
  }

  @Test
  void theRangeAndTheTagAreAskedForAndSigned() {
    List<String> lines = lines(get("http://h:1", "r", true, "b", "k"));
    assertTrue(lines.contains("range: bytes=10-29"), lines.toString());
    assertTrue(lines.contains("if-match: \"tag\""), lines.toString());
    assertTrue(lines.contains("x-amz-date: 20240506T070809Z"), lines.toString());
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line.contains(
                        "SignedHeaders=host;if-match;range;x-amz-content-sha256;x-amz-date;"
                            + "x-amz-security-token,")),
        lines.toString());
    assertEquals(List.of("", ""), lines.subList(lines.size() - 2, lines.size()));
    assertFalse(lines.toString().contains("very-secret"));
  }

  @Test
  void withoutATagNoneIsAskedFor() {
    assertFalse(lines(get("http://h:1", "r", true, "b", "k", "")).toString().contains("if-match"));
  }

  @Test
  void aLineBreakInATagIsRefused() {
    for (String tag : List.of("\"a\r\nx-evil: 1\"", "\"a\n\"", "\"a\r\"")) {
      assertThrows(
          IllegalArgumentException.class, () -> get("http://h:1", "r", true, "b", "k", tag));
    }
  }

  @Test
  void nothingSecretIsPrinted() {
    SignedGet.Get get = get("http://h:1", "r", true, "b", "k");
    assertFalse(get.toString().contains("very-secret"), get.toString());
    assertFalse(get.toString().contains("the-token"), get.toString());
  }

  @Test
  void anAccessPointIsLeftToTheSdk() {
    assertFalse(SignedGet.knows("arn:aws:s3:eu-west-1:123456789012:accesspoint/x"));
    assertTrue(SignedGet.knows("arnold"));
  }
}
