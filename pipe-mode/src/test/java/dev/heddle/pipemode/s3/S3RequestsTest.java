package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.UploadedPart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/** What goes over the wire, and what is made of answers that no test server gives on demand. */
class S3RequestsTest {
  private static final ObjectUri OBJECT = ObjectUri.parse("s3://bucket/some/key");

  /** Answers from a list. */
  private static final class Wire implements SdkHttpClient {
    private final List<SdkHttpRequest> requests = new ArrayList<>();
    private final Deque<SdkHttpFullResponse> answers = new ArrayDeque<>();

    Wire answer(int status, String body, String... headers) {
      SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder().statusCode(status);
      for (int i = 0; i < headers.length; i += 2) {
        response.appendHeader(headers[i], headers[i + 1]);
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      if (!body.isEmpty()) {
        response.content(AbortableInputStream.create(new ByteArrayInputStream(bytes)));
      }
      answers.add(response.build());
      return this;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      requests.add(request.httpRequest());
      SdkHttpFullResponse answer = answers.remove();
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() throws IOException {
          return HttpExecuteResponse.builder()
              .response(answer)
              .responseBody(answer.content().orElse(null))
              .build();
        }

        @Override
        public void abort() {
          // Nothing waits.
        }
      };
    }

    @Override
    public void close() {
      // Nothing is open.
    }

    Optional<String> header(int request, String name) {
      return requests.get(request).firstMatchingHeader(name);
    }
  }

  private final Wire wire = new Wire();

  private static S3Access access(String endpoint, boolean pathStyle) {
    return new S3Access(
        Optional.of(URI.create(endpoint)),
        "eu-west-1",
        pathStyle,
        Optional.of(new S3Access.Keys("AKID", "secret", Optional.of("token"))),
        Duration.ofSeconds(10));
  }

  private S3ObjectStore store(S3Access access, Optional<String> kms) {
    Retry retry =
        new Retry(access.retryFor(), new Retry.Timing(System::nanoTime, time -> {}, () -> 0));
    return new S3ObjectStore(
        () -> S3Transport.ofSdk(S3Clients.create(access, S3Clients.credentials(access), wire)),
        kms,
        retry);
  }

  private S3ObjectStore store() {
    return store(access("http://store.local:9000", true), Optional.empty());
  }

  @Test
  void theClientIsMadeByTheFirstCallOnly() throws IOException {
    AtomicInteger made = new AtomicInteger();
    S3Access access = access("http://store.local:9000", true);
    S3ObjectStore store =
        new S3ObjectStore(
            () -> {
              made.incrementAndGet();
              return S3Transport.ofSdk(
                  S3Clients.create(access, S3Clients.credentials(access), wire));
            },
            Optional.empty(),
            new Retry(access.retryFor(), Retry.Timing.REAL));
    assertEquals(0, made.get());
    wire.answer(204, "").answer(204, "");
    store.delete(OBJECT);
    store.delete(OBJECT);
    assertEquals(1, made.get());
    store.close();
  }

  @Test
  void aPlainPutAsksForNothingThatOnlyAwsKnows() throws IOException {
    wire.answer(200, "", "ETag", "\"x\"");
    store().put(OBJECT, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    SdkHttpRequest request = wire.requests.get(0);
    assertEquals("/bucket/some/key", request.encodedPath());
    assertEquals("store.local", request.host());
    assertEquals(Optional.of("3"), wire.header(0, "Content-Length"));
    assertEquals(Optional.of("token"), wire.header(0, "X-Amz-Security-Token"));
    assertTrue(wire.header(0, "x-amz-content-sha256").orElseThrow().matches("[0-9a-f]{64}"));
    request.forEachHeader(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          assertFalse(lower.startsWith("x-amz-checksum"), name);
          assertFalse(lower.startsWith("x-amz-server-side"), name);
          assertFalse(lower.equals("content-encoding"), name);
          assertFalse(lower.equals("x-amz-decoded-content-length"), name);
        });
  }

  @Test
  void theBucketCanStandInTheHostsName() throws IOException {
    wire.answer(204, "");
    store(access("http://store.local:9000", false), Optional.empty()).delete(OBJECT);
    assertEquals("bucket.store.local", wire.requests.get(0).host());
    assertEquals("/some/key", wire.requests.get(0).encodedPath());
  }

  @Test
  void aKmsKeyGoesWithWhatIsWritten() throws IOException {
    S3ObjectStore store = store(access("http://store.local:9000", true), Optional.of("key-1"));
    wire.answer(200, "", "ETag", "\"x\"")
        .answer(
            200,
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                + "</InitiateMultipartUploadResult>");
    store.put(OBJECT, ByteBuffer.wrap(new byte[1]));
    assertEquals("u1", store.createMultipart(OBJECT));
    for (int i = 0; i < 2; i++) {
      assertEquals(Optional.of("aws:kms"), wire.header(i, "x-amz-server-side-encryption"));
      assertEquals(
          Optional.of("key-1"), wire.header(i, "x-amz-server-side-encryption-aws-kms-key-id"));
    }
  }

  @Test
  void anUploadWhoseBeginningNobodyHeardOfIsGivenUp() throws IOException {
    wire.answer(500, "<Error><Code>InternalError</Code></Error>")
        .answer(
            200,
            "<InitiateMultipartUploadResult><UploadId>u2</UploadId>"
                + "</InitiateMultipartUploadResult>")
        .answer(
            200,
            "<ListMultipartUploadsResult>"
                + "<Upload><Key>some/key</Key><UploadId>u1</UploadId></Upload>"
                + "<Upload><Key>some/key</Key><UploadId>u2</UploadId></Upload>"
                + "<Upload><Key>some/keys</Key><UploadId>u3</UploadId></Upload>"
                + "</ListMultipartUploadsResult>")
        .answer(204, "");
    assertEquals("u2", store().createMultipart(OBJECT));
    assertEquals(4, wire.requests.size());
    SdkHttpRequest abort = wire.requests.get(3);
    assertEquals("DELETE", abort.method().name());
    assertEquals(Optional.of("u1"), abort.firstMatchingRawQueryParameter("uploadId"));
  }

  @Test
  void anUploadIsThereThoughOthersMayNotBeListed() throws IOException {
    wire.answer(500, "<Error><Code>InternalError</Code></Error>")
        .answer(
            200,
            "<InitiateMultipartUploadResult><UploadId>u2</UploadId>"
                + "</InitiateMultipartUploadResult>")
        .answer(403, "<Error><Code>AccessDenied</Code></Error>");
    assertEquals("u2", store().createMultipart(OBJECT));
  }

  @Test
  void aRangeIsAskedForOfTheListedObjectOnly() throws IOException {
    wire.answer(206, "cde", "Content-Length", "3", "Content-Range", "bytes 2-4/9");
    ObjectInfo object = new ObjectInfo(OBJECT, 9, "\"tag\"");
    assertEquals(
        "cde", new String(store().open(object, 2, 3).readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(Optional.of("bytes=2-4"), wire.header(0, "Range"));
    assertEquals(Optional.of("\"tag\""), wire.header(0, "If-Match"));
  }

  @Test
  void aServerThatIgnoresRangesIsRefused() {
    wire.answer(200, "abcdefghi", "Content-Length", "9");
    ObjectStoreException refused =
        assertThrows(
            ObjectStoreException.class,
            () -> store().open(new ObjectInfo(OBJECT, 9, "\"tag\""), 2, 3));
    assertTrue(
        refused.getMessage().endsWith("3 bytes were asked for and the server sends 9."),
        refused.getMessage());
  }

  @Test
  void keysAreListedEncoded() throws IOException {
    wire.answer(
        200,
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
            + "<NextContinuationToken>next+/=</NextContinuationToken>"
            + "<Contents><Key>a+b%2Bc%0A%E2%82%AC</Key><Size>3</Size><ETag>abc</ETag></Contents>"
            + "</ListBucketResult>");
    wire.answer(
        200,
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
            + "<Contents><Key>z</Key><Size>5000000000</Size><ETag>&quot;q&quot;</ETag></Contents>"
            + "</ListBucketResult>");
    List<ObjectInfo> found = new ArrayList<>();
    store().list(ObjectUri.parse("s3://bucket/a z"), found::add);
    assertEquals(
        List.of(
            new ObjectInfo(ObjectUri.parse("s3://bucket/a b+c\n€"), 3, "\"abc\""),
            new ObjectInfo(ObjectUri.parse("s3://bucket/z"), 5_000_000_000L, "\"q\"")),
        found);
    assertEquals(List.of("url"), wire.requests.get(0).rawQueryParameters().get("encoding-type"));
    assertEquals(List.of("a z"), wire.requests.get(0).rawQueryParameters().get("prefix"));
    assertEquals(
        List.of("next+/="), wire.requests.get(1).rawQueryParameters().get("continuation-token"));
  }

  private static final List<UploadedPart> PARTS = List.of(new UploadedPart(1, "\"p\"", 40));
  private static final String NO_UPLOAD = "<Error><Code>NoSuchUpload</Code></Error>";

  @Test
  void aCompletionWhoseAnswerWasLostIsASuccess() throws IOException {
    wire.answer(500, "<Error><Code>InternalError</Code></Error>")
        .answer(404, NO_UPLOAD)
        .answer(200, "", "Content-Length", "40", "ETag", "\"x-1\"");
    assertEquals("\"x-1\"", store().completeMultipart(OBJECT, "u", PARTS));
    assertEquals(3, wire.requests.size());
  }

  @Test
  void anErrorWithinACompletionsGoodAnswerIsSeen() throws IOException {
    wire.answer(200, "<Error><Code>InternalError</Code><Message>Try again</Message></Error>")
        .answer(
            200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
    store().completeMultipart(OBJECT, "u", PARTS);
    assertEquals(2, wire.requests.size());
  }

  @Test
  void anUploadThatNeverWasIsNoSuccess() {
    wire.answer(404, NO_UPLOAD);
    assertThrows(ObjectStoreException.class, () -> store().completeMultipart(OBJECT, "u", PARTS));
    wire.answer(500, "").answer(404, NO_UPLOAD).answer(200, "", "Content-Length", "39");
    assertThrows(ObjectStoreException.class, () -> store().completeMultipart(OBJECT, "u", PARTS));
  }

  @Test
  void anObjectWhoseLengthIsNotToldIsNamed() {
    wire.answer(200, "", "ETag", "\"x\"");
    ObjectStoreException failure =
        assertThrows(ObjectStoreException.class, () -> store().head(OBJECT));
    assertEquals(
        "Could not read s3://bucket/some/key: the server doesn't say how long it is.",
        failure.getMessage());
  }

  @Test
  void anotherRegionIsNamed() {
    wire.answer(
        301, "<Error><Code>PermanentRedirect</Code></Error>", "x-amz-bucket-region", "ap-south-1");
    ObjectStoreException failure =
        assertThrows(ObjectStoreException.class, () -> store().put(OBJECT, ByteBuffer.allocate(0)));
    assertEquals(
        "Could not write s3://bucket/some/key: the bucket is in another region (ap-south-1)."
            + " Set that region.",
        failure.getMessage());
  }
}
