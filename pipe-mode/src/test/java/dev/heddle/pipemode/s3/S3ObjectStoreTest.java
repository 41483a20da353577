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
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class S3ObjectStoreTest {
  private static final int MIB = 1 << 20;

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
    server.pageSize(1000);
    server.stallReadsAfter(Integer.MAX_VALUE);
  }

  private static ObjectUri uri(String key) {
    return new ObjectUri("s3", "bucket", key);
  }

  private static ObjectInfo put(String key, byte[] body) throws IOException {
    String etag = store.put(uri(key), ByteBuffer.wrap(body));
    ObjectInfo object = store.head(uri(key)).orElseThrow();
    assertEquals(object.etag(), etag);
    return object;
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static List<ObjectInfo> list(String prefix) throws IOException {
    List<ObjectInfo> found = new ArrayList<>();
    store.list(uri(prefix), found::add);
    return found;
  }

  @Test
  void whatIsPutIsReadBackWholeAndInRanges() throws IOException {
    byte[] body = bytes(300_000);
    ObjectInfo object = put("plain/x", body);
    assertEquals(300_000, object.size());
    try (InputStream in = store.open(object, 0, object.size())) {
      assertArrayEquals(body, in.readAllBytes());
    }
    try (InputStream in = store.open(object, 1000, 5)) {
      assertArrayEquals(Arrays.copyOfRange(body, 1000, 1005), in.readAllBytes());
    }
    try (InputStream in = store.open(object, 7, 0)) {
      assertEquals(-1, in.read());
    }
  }

  @Test
  void aBufferIsSentFromItsPositionAndStaysAsItIs() throws IOException {
    ByteBuffer body = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
    body.position(1).limit(3);
    store.put(uri("plain/slice"), body);
    assertEquals(2, body.remaining());
    ObjectInfo object = store.head(uri("plain/slice")).orElseThrow();
    try (InputStream in = store.open(object, 0, 2)) {
      assertArrayEquals(new byte[] {2, 3}, in.readAllBytes());
    }
  }

  @Test
  void anEmptyObjectIsReadAsEmpty() throws IOException {
    ObjectInfo object = put("plain/empty", new byte[0]);
    try (InputStream in = store.open(object, 0, 0)) {
      assertEquals(-1, in.read());
    }
  }

  @Test
  void aStreamClosedEarlyLeavesTheStoreInOrder() throws IOException {
    ObjectInfo object = put("plain/early", bytes(4 * MIB));
    for (int i = 0; i < 5; i++) {
      try (InputStream in = store.open(object, 0, object.size())) {
        assertTrue(in.read() >= 0);
      }
    }
    assertTrue(store.head(object.uri()).isPresent());
  }

  @Test
  void aListingComesInPagesInTheOrderOfUtf8AndWithoutOthers() throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 123; i++) {
      keys.add("paged/k" + i);
    }
    for (String key : keys) {
      put(key, new byte[] {1});
    }
    put("pagee", new byte[0]);
    server.pageSize(10);
    int before = server.calls();
    keys.sort(Comparator.naturalOrder());
    List<ObjectInfo> found = list("paged/");
    assertEquals(13, server.calls() - before);
    assertEquals(keys, found.stream().map(object -> object.uri().key()).toList());
    assertEquals(store.head(uri("paged/k7")).orElseThrow(), found.get(keys.indexOf("paged/k7")));
  }

  @Test
  void keysOfOddBytesArriveAsTheyAre() throws IOException {
    List<String> keys =
        List.of(
            "odd/ leading space",
            "odd/a+b c%20d%",
            "odd/ampersand&<>'\"",
            "odd/line\nbreak\rand\ttab",
            "odd/q?x=1#f",
            "odd/tilde~!*'()",
            "odd/ümläut/日本語/\uD83E\uDDF5",
            "odd/\u0001control");
    List<String> stored = new ArrayList<>();
    for (String key : keys) {
      byte[] body = key.getBytes(StandardCharsets.UTF_8);
      ObjectInfo object = put(key, body);
      try (InputStream in = store.open(object, 0, object.size())) {
        assertArrayEquals(body, in.readAllBytes());
      }
      ByteBuffer direct = ByteBuffer.allocateDirect(body.length);
      store.read(object, 0, direct, n -> {});
      assertEquals(ByteBuffer.wrap(body), direct.flip(), key);
      stored.add(key);
    }
    assertEquals(
        stored.stream().sorted().toList(),
        list("odd/").stream().map(object -> object.uri().key()).sorted().toList());
    for (String key : stored) {
      store.delete(uri(key));
      assertTrue(store.head(uri(key)).isEmpty(), key);
    }
  }

  @Test
  void whatIsntThereIsToldSo() throws IOException {
    assertTrue(store.head(uri("none")).isEmpty());
    store.delete(uri("none"));
    store.abortMultipart(uri("none"), "0123456789abcdef0123456789abcdef");
    ObjectStoreException gone =
        assertThrows(
            ObjectStoreException.class,
            () -> store.open(new ObjectInfo(uri("none"), 3, "\"x\""), 0, 3));
    assertEquals(Kind.NOT_FOUND, gone.kind());
    assertTrue(
        gone.getMessage().startsWith("Could not read s3://bucket/none: "), gone.getMessage());
    ObjectStoreException bucket =
        assertThrows(
            ObjectStoreException.class,
            () -> store.list(ObjectUri.parse("s3://nobucket/x"), object -> {}));
    assertEquals(Kind.NOT_FOUND, bucket.kind());
  }

  @Test
  void wrongKeysAreDeniedAtOnceAndNeverPrinted() {
    S3Access right = server.access();
    S3Access wrong =
        new S3Access(
            right.endpoint(),
            right.region(),
            true,
            Optional.of(new S3Access.Keys("test-access-key", "guessed-secret", Optional.empty())),
            Duration.ofHours(1));
    try (S3ObjectStore denied = S3ObjectStore.open(wrong)) {
      ObjectStoreException failure =
          assertThrows(ObjectStoreException.class, () -> denied.list(uri("plain/"), object -> {}));
      assertEquals(Kind.ACCESS_DENIED, failure.kind());
      assertFalse(failure.getMessage().contains("guessed-secret"));
    }
  }

  @Test
  void anObjectThatWasReplacedIsRefused() throws IOException {
    ObjectInfo listed = put("plain/replaced", new byte[] {1, 2, 3});
    put("plain/replaced", new byte[] {4, 5, 6});
    ObjectStoreException failure =
        assertThrows(ObjectStoreException.class, () -> store.open(listed, 0, 3));
    assertEquals(Kind.CHANGED, failure.kind());
    assertTrue(failure.getMessage().contains("s3://bucket/plain/replaced"));
  }

  @Test
  void aBodyThatBreaksOffIsReadOnFromThere() throws IOException {
    byte[] body = bytes(2 * MIB);
    ObjectInfo object = put("plain/broken", body);
    server.breakReads(2, 100_000);
    try (InputStream in = store.open(object, 0, object.size())) {
      assertArrayEquals(body, in.readAllBytes());
    }
  }

  @Test
  void refusalsThatPassAreTriedAgain() throws IOException {
    put("plain/again", new byte[] {1});
    server.refuse(2);
    assertEquals(1, store.head(uri("plain/again")).orElseThrow().size());
    server.refuse(1);
    store.put(uri("plain/again"), ByteBuffer.wrap(new byte[] {1, 2}));
    assertEquals(2, store.head(uri("plain/again")).orElseThrow().size());
  }

  @Test
  void partsAreJoinedWithGapsInTheirNumbers() throws IOException {
    byte[] first = bytes(5 * MIB);
    byte[] second = bytes(17);
    String upload = store.createMultipart(uri("multi/gaps"));
    List<UploadedPart> parts =
        List.of(
            store.uploadPart(uri("multi/gaps"), upload, 3, ByteBuffer.wrap(first)),
            store.uploadPart(uri("multi/gaps"), upload, 9_999, ByteBuffer.wrap(second)));
    assertTrue(store.head(uri("multi/gaps")).isEmpty());
    String etag = store.completeMultipart(uri("multi/gaps"), upload, parts);
    ObjectInfo whole = store.head(uri("multi/gaps")).orElseThrow();
    assertEquals(whole.etag(), etag);
    try (InputStream in = store.open(whole, 5 * MIB - 2, 19)) {
      byte[] seam = in.readAllBytes();
      assertArrayEquals(Arrays.copyOfRange(first, 5 * MIB - 2, 5 * MIB), Arrays.copyOf(seam, 2));
      assertArrayEquals(second, Arrays.copyOfRange(seam, 2, 19));
    }
  }

  @Test
  void theServerRefusesWhatS3Refuses() throws IOException {
    ObjectUri object = uri("multi/limits");
    String upload = store.createMultipart(object);
    List<UploadedPart> parts =
        List.of(
            store.uploadPart(object, upload, 1, ByteBuffer.wrap(bytes(5 * MIB - 1))),
            store.uploadPart(object, upload, 2, ByteBuffer.wrap(bytes(1))));
    ObjectStoreException small =
        assertThrows(
            ObjectStoreException.class, () -> store.completeMultipart(object, upload, parts));
    assertEquals(Kind.REFUSED, small.kind());
    assertTrue(small.getMessage().contains("EntityTooSmall"), small.getMessage());
    ObjectStoreException number =
        assertThrows(
            ObjectStoreException.class,
            () -> store.uploadPart(object, upload, 10_001, ByteBuffer.wrap(bytes(1))));
    assertEquals(Kind.REFUSED, number.kind());
    store.abortMultipart(object, upload);
    store.abortMultipart(object, upload);
  }

  @Test
  void uploadsThatAreNeitherCompleteNorGivenUpAreFound() throws IOException {
    ObjectUri object = uri("open/model");
    String first = store.createMultipart(object);
    String second = store.createMultipart(object);
    String other = store.createMultipart(uri("open/model.more"));
    assertEquals(Set.of(first, second), Set.copyOf(store.openMultiparts(object)));
    store.abortMultipart(object, first);
    assertEquals(List.of(second), store.openMultiparts(object));
    store.abortMultipart(object, second);
    store.abortMultipart(uri("open/model.more"), other);
    assertEquals(List.of(), store.openMultiparts(object));
  }

  @Test
  void filesGoWholeOrInParts(@TempDir Path directory) throws IOException {
    Path small = Files.write(directory.resolve("small"), bytes(100_000));
    store.putFile(uri("file/small"), small);
    assertEquals(100_000, store.head(uri("file/small")).orElseThrow().size());

    byte[] body = bytes((int) FileUpload.WHOLE_UP_TO + 4321);
    Path large = Files.write(directory.resolve("large"), body);
    store.putFile(uri("file/large"), large);
    ObjectInfo stored = store.head(uri("file/large")).orElseThrow();
    assertTrue(stored.etag().contains("-5"), stored.etag());
    try (InputStream in = store.open(stored, 0, stored.size())) {
      assertArrayEquals(body, in.readAllBytes());
    }
    assertThrows(
        ObjectStoreException.class,
        () -> store.putFile(uri("file/none"), directory.resolve("none")));
  }

  @Test
  void partsOfAFileNeverNeedMoreThanTenThousand() {
    for (long size : new long[] {65L << 20, 156L << 30, 1L << 40, 5L << 40}) {
      long part = FileUpload.partSize(size);
      assertTrue((size + part - 1) / part <= 10_000, "size " + size);
    }
  }

  @Test
  void anInterruptEndsAReadThatWaitsForTheServer() throws Exception {
    ObjectInfo object = put("plain/stalled", bytes(4 * MIB));
    TestS3Server.Stall stall = server.stallReadsAfter(MIB);
    AtomicReference<Throwable> end = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try (InputStream in = store.open(object, 0, object.size())) {
                in.readAllBytes();
              } catch (IOException e) {
                end.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    reader.start();
    stall.awaitReached();
    reader.interrupt();
    reader.join(10_000);
    stall.release();
    assertFalse(reader.isAlive());
    assertTrue(end.get() instanceof ObjectStoreException, String.valueOf(end.get()));
    assertTrue(flag.get());
  }

  @Test
  void anInterruptEndsAWaitForTheAnswersHead() throws Exception {
    ObjectInfo object = put("plain/headstalled", bytes(MIB));
    TestS3Server.Stall stall = server.stallReadsAfter(0);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try (InputStream in = store.open(object, 0, object.size())) {
                in.readAllBytes();
              } catch (IOException e) {
                end.set(e);
              }
            });
    reader.start();
    stall.awaitReached();
    reader.interrupt();
    reader.join(10_000);
    stall.release();
    assertFalse(reader.isAlive());
    assertTrue(end.get() instanceof ObjectStoreException, String.valueOf(end.get()));
  }

  @Test
  void aThreadThatIsInterruptedAlreadyDoesNothing() {
    Thread.currentThread().interrupt();
    int before = server.calls();
    assertThrows(ObjectStoreException.class, () -> store.head(uri("plain/x")));
    assertTrue(Thread.interrupted());
    assertEquals(before, server.calls());
  }

  @Test
  void aServerThatComesBackIsUsedAgain() throws Exception {
    try (TestS3Server own = new TestS3Server();
        S3ObjectStore patient = S3ObjectStore.open(own.access())) {
      own.createBucket("bucket");
      patient.put(uri("x"), ByteBuffer.wrap(new byte[] {1}));
      own.stop();
      Thread starter = new Thread(own::start);
      starter.start();
      assertEquals(1, patient.head(uri("x")).orElseThrow().size());
      starter.join();
    }
  }

  @Test
  void aClosedStoreSaysSo() {
    S3ObjectStore closed = S3ObjectStore.open(server.access());
    closed.close();
    assertEquals(
        Kind.REFUSED,
        assertThrows(ObjectStoreException.class, () -> closed.head(uri("plain/x"))).kind());
  }
}
