package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TestS3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads into the caller's buffer, past the SDK, from a server that checks signatures. */
@Timeout(60)
class S3ObjectStoreReadTest {
  private static TestS3Server server;
  private static S3ObjectStore store;

  @BeforeAll
  static void serve() {
    server = new TestS3Server();
    server.createBucket("bucket");
    store = S3ObjectStore.open(server.access());
  }

  @AfterAll
  static void end() {
    store.close();
    server.close();
  }

  @AfterEach
  void serveWell() {
    server.refuse(0);
    server.breakReads(0, 0);
    server.stallReadsAfter(Integer.MAX_VALUE);
  }

  private static ObjectInfo put(String key, byte[] body) throws IOException {
    ObjectUri uri = new ObjectUri("s3", "bucket", key);
    store.put(uri, ByteBuffer.wrap(body));
    return store.head(uri).orElseThrow();
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(S3ObjectStore from, ObjectInfo object, long offset, int length)
      throws IOException {
    ByteBuffer into = ByteBuffer.allocateDirect(length);
    AtomicInteger arrived = new AtomicInteger();
    from.read(object, offset, into, arrived::addAndGet);
    assertEquals(length, arrived.get());
    assertFalse(into.hasRemaining());
    byte[] bytes = new byte[length];
    into.flip().get(bytes);
    return bytes;
  }

  @Test
  void objectsWithOddKeysAreRead() throws IOException {
    for (String key :
        List.of(
            "r/ leading and trailing ",
            "r/a+b c%20d%",
            "r/%2F%2e%2e",
            "r/tilde~!*'();:@=$,[]",
            "r/ampersand&<>\"\\^`{|}",
            "r/q?x=1#f",
            "r/ümläut/日本語/\uD83E\uDDF5",
            "r/line\nbreak\rand\ttab\u0001",
            "r//double//slash",
            "r/./dot",
            "r/...dots/.hidden",
            "r/" + "k".repeat(240) + "/" + "ü".repeat(100))) {
      byte[] body = key.getBytes(StandardCharsets.UTF_8);
      ObjectInfo object = put(key, body);
      assertArrayEquals(body, read(store, object, 0, body.length), key);
      assertArrayEquals(
          Arrays.copyOfRange(body, 1, body.length - 1),
          read(store, object, 1, body.length - 2),
          key);
    }
  }

  @Test
  void anyRangeIsRead() throws IOException {
    byte[] body = random(3_000_000);
    ObjectInfo object = put("ranges", body);
    for (int[] range : new int[][] {{0, 1}, {0, 3_000_000}, {2_999_999, 1}, {1_234, 1_500_000}}) {
      assertArrayEquals(
          Arrays.copyOfRange(body, range[0], range[0] + range[1]),
          read(store, object, range[0], range[1]));
    }
    assertEquals(0, read(store, object, 5, 0).length);
  }

  @Test
  void aBrokenBodyGoesOnWhereItBroke() throws IOException {
    byte[] body = random(2_000_000);
    ObjectInfo object = put("broken", body);
    server.breakReads(3, 300_000);
    assertArrayEquals(body, read(store, object, 0, body.length));
  }

  @Test
  void aBusyServerIsAskedAgain() throws IOException {
    byte[] body = random(1000);
    ObjectInfo object = put("busy", body);
    server.refuse(2);
    int before = server.calls();
    assertArrayEquals(body, read(store, object, 0, body.length));
    assertEquals(3, server.calls() - before);
  }

  @Test
  void aReplacedObjectFailsTheReadAndNamesIt() throws IOException {
    ObjectInfo object = put("replaced", random(10));
    put("replaced", random(11));
    ObjectStoreException changed =
        assertThrows(ObjectStoreException.class, () -> read(store, object, 0, 10));
    assertEquals(Kind.CHANGED, changed.kind());
    assertTrue(changed.getMessage().contains("s3://bucket/replaced"), changed.getMessage());
  }

  @Test
  void aDeletedObjectFailsTheReadAndNamesIt() throws IOException {
    ObjectInfo object = put("deleted", random(10));
    store.delete(object.uri());
    ObjectStoreException gone =
        assertThrows(ObjectStoreException.class, () -> read(store, object, 0, 10));
    assertEquals(Kind.NOT_FOUND, gone.kind());
    assertTrue(gone.getMessage().contains("s3://bucket/deleted"), gone.getMessage());
  }

  @Test
  void wrongKeysAreToldAsSuch() throws IOException {
    ObjectInfo object = put("mine", random(10));
    S3Access right = server.access();
    S3Access wrong =
        new S3Access(
            right.endpoint(),
            right.region(),
            true,
            Optional.of(new S3Access.Keys("test-access-key", "a-wrong-one", Optional.empty())),
            right.retryFor());
    try (S3ObjectStore other = S3ObjectStore.open(wrong)) {
      ObjectStoreException denied =
          assertThrows(ObjectStoreException.class, () -> read(other, object, 0, 10));
      assertEquals(Kind.ACCESS_DENIED, denied.kind());
      assertFalse(denied.getMessage().contains("a-wrong-one"), denied.getMessage());
    }
  }

  @Test
  void anInterruptEndsAStalledRead() throws Exception {
    ObjectInfo object = put("stalled", random(4_000_000));
    TestS3Server.Stall stall = server.stallReadsAfter(1_000_000);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                read(store, object, 0, 4_000_000);
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    thread.start();
    stall.awaitReached();
    thread.interrupt();
    thread.join();
    stall.release();
    assertTrue(failure.get() instanceof ObjectStoreException, String.valueOf(failure.get()));
    assertTrue(failure.get().getMessage().startsWith("Stopped while"), failure.get().getMessage());
  }
}
