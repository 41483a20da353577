package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.embedded.EmbeddedS3;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

class FaultyS3Test {
  private static final String BUCKET = "bucket";
  private EmbeddedS3 server;
  private FaultyS3 faulty;
  private S3Client client;

  @BeforeEach
  void start() throws IOException {
    server = EmbeddedS3.start(Optional.empty());
    server.createBucket(BUCKET);
    faulty = FaultyS3.before(server.endpoint(), 1);
    client =
        S3Client.builder()
            .endpointOverride(faulty.endpoint())
            .region(Region.of(server.region()))
            .forcePathStyle(true)
            .httpClient(ApacheHttpClient.create())
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKeyId(), server.secretAccessKey())))
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    faulty.close();
    server.close();
  }

  private byte[] get(String key) {
    return client.getObjectAsBytes(o -> o.bucket(BUCKET).key(key)).asByteArray();
  }

  private void put(String key, byte[] content) {
    client.putObject(o -> o.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  private static byte[] some(int size) {
    byte[] some = new byte[size];
    new Random(size).nextBytes(some);
    return some;
  }

  @Test
  void withoutFaultsAllGoesThrough() throws Exception {
    for (int size : new int[] {1, 70_000, 3_000_000}) {
      put("o" + size, some(size));
      assertArrayEquals(some(size), server.get(BUCKET, "o" + size).orElseThrow());
      assertArrayEquals(some(size), get("o" + size));
    }
    // Not put through: the server ends the connection behind an empty object, without a word.
    server.put(BUCKET, "o0", new byte[0]);
    assertArrayEquals(new byte[0], get("o0"));
    assertEquals(4, client.listObjectsV2(o -> o.bucket(BUCKET)).keyCount());
    assertEquals(70_000, client.headObject(o -> o.bucket(BUCKET).key("o70000")).contentLength());
    assertEquals(0, faulty.spoilt());
  }

  @Test
  void whatIsRefusedIsNotDone() throws Exception {
    faulty.misbehave(FaultyS3.Manner.REFUSED, 1);
    S3Exception refused = assertThrows(S3Exception.class, () -> put("o", some(100_000)));
    assertEquals(503, refused.statusCode());
    assertEquals("SlowDown", refused.awsErrorDetails().errorCode());
    assertEquals(Optional.empty(), server.get(BUCKET, "o"));
    faulty.behave();
    put("o", some(100_000));
    assertArrayEquals(some(100_000), get("o"));
  }

  @Test
  void bodiesAndListingsBreakOff() {
    put("o", some(300_000));
    faulty.misbehave(FaultyS3.Manner.TRUNCATED, 1);
    assertThrows(SdkClientException.class, () -> get("o"));
    assertThrows(SdkClientException.class, () -> client.listObjectsV2(o -> o.bucket(BUCKET)));
    faulty.behave();
    assertArrayEquals(some(300_000), get("o"));
  }

  @Test
  void connectionsAreResetWhereverTheyAre() {
    faulty.misbehave(FaultyS3.Manner.RESET, 1);
    for (int i = 0; i < 10; i++) {
      assertThrows(SdkClientException.class, () -> put("o", some(100_000)));
    }
    assertTrue(faulty.spoilt() >= 10);
    faulty.behave();
    put("o", some(100_000));
    assertArrayEquals(some(100_000), get("o"));
  }

  @Test
  void answersComeLate() {
    put("o", some(10));
    faulty.misbehave(FaultyS3.Manner.DELAYED, 1);
    long before = System.nanoTime();
    assertArrayEquals(some(10), get("o"));
    assertTrue(Duration.ofNanos(System.nanoTime() - before).toMillis() >= 200);
  }
}
