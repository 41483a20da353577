package dev.heddle.tests.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

class EmbeddedS3Test {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path directory;
  private EmbeddedS3 s3;

  @BeforeEach
  void start() throws IOException {
    s3 = EmbeddedS3.start(Optional.of(directory));
    s3.createBucket("bucket");
  }

  @AfterEach
  void stop() throws IOException {
    s3.close();
  }

  @Test
  void aSignedClientPutsAndGets() throws IOException {
    try (S3Client client = client(s3.secretAccessKey())) {
      client.putObject(put -> put.bucket("bucket").key("a/b"), RequestBody.fromBytes(HELLO));
      assertArrayEquals(
          HELLO, client.getObjectAsBytes(get -> get.bucket("bucket").key("a/b")).asByteArray());
    }
    assertArrayEquals(HELLO, s3.get("bucket", "a/b").orElseThrow());
    assertEquals(List.of("a/b"), s3.keys("bucket", "a/"));
  }

  @Test
  void anUploadIsUnfinishedUntilItIsAborted() {
    try (S3Client client = client(s3.secretAccessKey())) {
      String id = client.createMultipartUpload(u -> u.bucket("bucket").key("large")).uploadId();
      assertEquals(List.of("large"), s3.unfinishedUploads("bucket"));
      client.abortMultipartUpload(u -> u.bucket("bucket").key("large").uploadId(id));
      assertEquals(List.of(), s3.unfinishedUploads("bucket"));
    }
  }

  @Test
  void aWrongSecretIsRefused() {
    try (S3Client client = client("not the secret")) {
      S3Exception refused =
          assertThrows(S3Exception.class, () -> client.listObjectsV2(l -> l.bucket("bucket")));
      assertEquals("SignatureDoesNotMatch", refused.awsErrorDetails().errorCode());
    }
  }

  @Test
  void anUnsignedRequestIsRefused() throws IOException, InterruptedException {
    s3.put("bucket", "key", HELLO);
    assertEquals(403, plainGet());
  }

  @Test
  void aPartUnder5MebibytesThatIsNotTheLastIsRefused() {
    S3Exception refused = assertThrows(S3Exception.class, () -> upload(5 * MEBIBYTE - 1, MEBIBYTE));
    assertEquals("EntityTooSmall", refused.awsErrorDetails().errorCode());
  }

  @Test
  void partsOf5MebibytesAndASmallLastOneBecomeAnObject() throws IOException {
    upload(5 * MEBIBYTE, 1);
    assertEquals(5 * MEBIBYTE + 1, s3.get("bucket", "large").orElseThrow().length);
  }

  @Test
  void partNumber10001IsRefused() {
    try (S3Client client = client(s3.secretAccessKey())) {
      String id = client.createMultipartUpload(c -> c.bucket("bucket").key("k")).uploadId();
      client.uploadPart(
          p -> p.bucket("bucket").key("k").uploadId(id).partNumber(10_000),
          RequestBody.fromBytes(HELLO));
      S3Exception refused =
          assertThrows(
              S3Exception.class,
              () ->
                  client.uploadPart(
                      p -> p.bucket("bucket").key("k").uploadId(id).partNumber(10_001),
                      RequestBody.fromBytes(HELLO)));
      assertEquals("InvalidArgument", refused.awsErrorDetails().errorCode());
    }
  }

  @Test
  void awayItRefusesConnectionsAndBackItHasItsPortAndItsObjects()
      throws IOException, InterruptedException {
    s3.put("bucket", "key", HELLO);
    URI before = s3.endpoint();
    s3.goAway();
    assertThrows(ConnectException.class, this::plainGet);
    s3.comeBack();
    assertEquals(before, s3.endpoint());
    try (S3Client client = client(s3.secretAccessKey())) {
      assertArrayEquals(
          HELLO, client.getObjectAsBytes(get -> get.bucket("bucket").key("key")).asByteArray());
    }
  }

  @Test
  void anObjectThatIsNotThereIsEmpty() throws IOException {
    assertEquals(Optional.empty(), s3.get("bucket", "nothing"));
  }

  private void upload(int... sizes) {
    try (S3Client client = client(s3.secretAccessKey())) {
      String id = client.createMultipartUpload(c -> c.bucket("bucket").key("large")).uploadId();
      CompletedPart[] parts = new CompletedPart[sizes.length];
      for (int i = 0; i < sizes.length; i++) {
        int number = i + 1;
        String tag =
            client
                .uploadPart(
                    p -> p.bucket("bucket").key("large").uploadId(id).partNumber(number),
                    RequestBody.fromBytes(new byte[sizes[i]]))
                .eTag();
        parts[i] = CompletedPart.builder().partNumber(number).eTag(tag).build();
      }
      client.completeMultipartUpload(
          c -> c.bucket("bucket").key("large").uploadId(id).multipartUpload(u -> u.parts(parts)));
    }
  }

  private int plainGet() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(s3.endpoint().resolve("/bucket/key")).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private S3Client client(String secret) {
    return S3Client.builder()
        .endpointOverride(s3.endpoint())
        .region(Region.of(s3.region()))
        .forcePathStyle(true)
        .httpClientBuilder(ApacheHttpClient.builder())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKeyId(), secret)))
        .build();
  }
}
