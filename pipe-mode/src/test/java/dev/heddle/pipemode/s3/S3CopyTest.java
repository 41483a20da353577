package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TestS3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranges of objects that go through a buffer smaller than they are. */
@Timeout(60)
class S3CopyTest {
  private static final int MIB = 1 << 20;

  private static TestS3Server server;
  private static S3ObjectStore store;

  private final ByteBuffer through = ByteBuffer.allocateDirect(100_000);
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

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
    server.breakReads(0, 0);
  }

  private static byte[] put(String key, int size) throws IOException {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);
    store.put(ObjectUri.parse("s3://bucket/" + key), ByteBuffer.wrap(body));
    return body;
  }

  private static ObjectInfo info(String key) throws IOException {
    return store.head(ObjectUri.parse("s3://bucket/" + key)).orElseThrow();
  }

  private void take(ByteBuffer bytes) {
    byte[] piece = new byte[bytes.remaining()];
    bytes.get(piece);
    taken.writeBytes(piece);
  }

  @Test
  void aRangeComesWholeWithOneRequest() throws IOException {
    byte[] body = put("whole", 2 * MIB);
    ObjectInfo object = info("whole");
    int calls = server.calls();
    store.copy(object, 77, MIB + 1, through, this::take);
    assertArrayEquals(Arrays.copyOfRange(body, 77, 78 + MIB), taken.toByteArray());
    assertEquals(1, server.calls() - calls);
  }

  @Test
  void anEmptyObjectHasNothingToTake() throws IOException {
    put("empty", 0);
    store.copy(info("empty"), 0, 0, through, this::take);
    assertEquals(0, taken.size());
  }

  @Test
  void whatBreaksOffGoesOnWithoutRepeatingAnything() throws IOException {
    byte[] body = put("broken", 2 * MIB + 3);
    ObjectInfo object = info("broken");
    server.breakReads(3, 350_000);
    store.copy(object, 0, body.length, through, this::take);
    assertArrayEquals(body, taken.toByteArray());
  }

  @Test
  void theTakersFailureComesAsItIsAndIsntTriedAgain() throws IOException {
    put("refused", MIB);
    ObjectInfo object = info("refused");
    int calls = server.calls();
    IOException full = new IOException("No space left on device");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                store.copy(
                    object,
                    0,
                    MIB,
                    through,
                    bytes -> {
                      throw full;
                    }));
    assertSame(full, thrown);
    assertEquals(1, server.calls() - calls);
  }

  @Test
  void aReplacedObjectFailsByName() throws IOException {
    put("replaced", MIB);
    ObjectInfo object = info("replaced");
    put("replaced", MIB + 1);
    ObjectStoreException changed =
        assertThrows(
            ObjectStoreException.class, () -> store.copy(object, 0, MIB, through, this::take));
    assertEquals(ObjectStoreException.Kind.CHANGED, changed.kind());
    assertTrue(changed.getMessage().contains("s3://bucket/replaced"), changed.getMessage());
    assertEquals(0, taken.size());
  }
}
