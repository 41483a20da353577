package dev.heddle.pipemode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other tests' S3 is worth what it refuses. */
@Timeout(30)
class SyntheticS3Test {
  private static final int MIB = 1 << 20;

  private SyntheticS3 server;
  private S3ObjectStore store;

  @BeforeEach
  void serve() throws IOException {
    server = SyntheticS3.start("bucket").put("k", 3 * MIB).put("other", 3 * MIB);
    store = S3ObjectStore.open(server.access());
  }

  @AfterEach
  void end() throws IOException {
    store.close();
    server.close();
  }

  private static ObjectUri uri(String key) {
    return ObjectUri.parse("s3://bucket/" + key);
  }

  private byte[] read(ObjectInfo object, long offset, int length) throws IOException {
    try (InputStream in = store.open(object, offset, length)) {
      return in.readAllBytes();
    }
  }

  @Test
  void rangesAreSlicesOfTheObjectAndNoTwoPlacesAreAlike() throws Exception {
    ObjectInfo object = store.head(uri("k")).orElseThrow();
    byte[] whole = read(object, 0, 3 * MIB);
    assertArrayEquals(server.bytes("k", 0, 3 * MIB), whole);
    assertArrayEquals(
        Arrays.copyOfRange(whole, MIB - 5, 2 * MIB + 5), read(object, MIB - 5, MIB + 10));
    byte[] second = Arrays.copyOfRange(whole, MIB, 2 * MIB);
    assertFalse(Arrays.equals(Arrays.copyOf(whole, MIB), second));
    assertFalse(Arrays.equals(whole, server.bytes("other", 0, 3 * MIB)));
  }

  @Test
  void unsignedRequestsAndAnotherSecretAreRefused() throws Exception {
    HttpResponse<String> unsigned =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.endpoint().resolve("/bucket/k")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertEquals(403, unsigned.statusCode());
    S3Access access = server.access();
    S3Access.Keys wrong =
        new S3Access.Keys(access.keys().orElseThrow().accessKeyId(), "guessed", Optional.empty());
    try (S3ObjectStore stranger =
        S3ObjectStore.open(
            new S3Access(
                access.endpoint(), access.region(), true, Optional.of(wrong), Duration.ZERO))) {
      ObjectStoreException refusal =
          assertThrows(ObjectStoreException.class, () -> stranger.list(uri(""), object -> {}));
      assertEquals(Kind.ACCESS_DENIED, refusal.kind());
    }
  }

  @Test
  void anObjectOfAnotherSizeIsAnotherObject() throws Exception {
    ObjectInfo object = store.head(uri("k")).orElseThrow();
    server.put("k", 2 * MIB);
    ObjectStoreException refusal =
        assertThrows(ObjectStoreException.class, () -> read(object, 0, 1));
    assertEquals(Kind.CHANGED, refusal.kind());
  }

  @Test
  void aConnectionGetsItsBytesAtTheRateAndAfterTheDelay() throws Exception {
    ObjectInfo object = store.head(uri("k")).orElseThrow();
    server.behave(new SyntheticS3.Manner(Duration.ofMillis(50), 20L * MIB));
    long began = System.nanoTime();
    read(object, 0, 3 * MIB);
    double seconds = (System.nanoTime() - began) / 1e9;
    // 3 MiB at 20 MiB/s, of which the last portion isn't waited for.
    assertTrue(seconds > 0.05 + 0.14, "took " + seconds + " s");
  }
}
