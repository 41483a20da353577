package dev.heddle.pipemode.feed;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TestS3Server;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.ReadLimits;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a pipe's reader gets when S3 fails. */
@Timeout(60)
class FeedFromStoreTest {
  private static final int MIB = 1 << 20;
  private static final Duration RETRY_FOR = Duration.ofSeconds(2);

  @TempDir private Path directory;
  @TempDir private Path scratch;
  private final TestS3Server server = new TestS3Server();
  private final List<IOException> failures = new CopyOnWriteArrayList<>();
  private S3ObjectStore store;
  private ParallelReader reader;
  private ChannelFeeder feeder;

  @BeforeEach
  void serve() {
    server.createBucket("bucket");
    S3Access access = server.access();
    store =
        S3ObjectStore.open(
            new S3Access(
                access.endpoint(), access.region(), access.pathStyle(), access.keys(), RETRY_FOR));
    // Two slabs of 512 KiB: most of an object is asked for only when its reader is there.
    reader = new ParallelReader(store, new ReadLimits(2, MIB, 1));
  }

  @AfterEach
  void end() {
    if (feeder != null) {
      feeder.close();
    }
    reader.close();
    store.close();
    server.close();
  }

  private static byte[] bytes(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private ObjectInfo put(String key, byte[] body) throws IOException {
    ObjectUri uri = new ObjectUri("s3", "bucket", key);
    store.put(uri, ByteBuffer.wrap(body));
    return store.head(uri).orElseThrow();
  }

  private Path feed(ObjectInfo... objects) throws IOException {
    feeder =
        new ChannelFeeder(
            "test",
            "train",
            directory,
            epoch -> {
              Iterator<ObjectInfo> each = Arrays.asList(objects).iterator();
              return PipeFormat.PLAIN.open(
                  reader,
                  () -> each.hasNext() ? new Piece.StoredObject(each.next()) : null,
                  "train",
                  scratch);
            },
            Integer.MAX_VALUE,
            System::nanoTime,
            failures::add);
    feeder.start();
    return directory.resolve("train_0");
  }

  private static CompletableFuture<byte[]> rest(InputStream in) {
    CompletableFuture<byte[]> all = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                all.complete(in.readAllBytes());
              } catch (IOException e) {
                all.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return all;
  }

  /** Reads on; there is one failure and no end until the feeder is closed. */
  private ObjectStoreException failing(InputStream in, byte[] body, int read) throws Exception {
    CompletableFuture<byte[]> rest = rest(in);
    await().atMost(Duration.ofSeconds(20)).until(() -> !failures.isEmpty());
    await().during(Duration.ofMillis(300)).until(() -> !rest.isDone());
    feeder.close();
    byte[] came = rest.get();
    assertArrayEquals(Arrays.copyOfRange(body, read, read + came.length), came);
    assertTrue(read + came.length < body.length);
    assertEquals(1, failures.size());
    ObjectStoreException failure = (ObjectStoreException) failures.get(0);
    assertTrue(failure.getMessage().contains("s3://bucket/a"), failure.getMessage());
    return failure;
  }

  @Test
  void anObjectThatIsReplacedWhileItIsReadFailsTheEpochAndIsNamed() throws Exception {
    byte[] body = bytes(1, 16 * MIB);
    Path pipe = feed(put("a", body));
    try (InputStream in = Files.newInputStream(pipe)) {
      byte[] first = in.readNBytes(1000);
      assertArrayEquals(Arrays.copyOf(body, 1000), first);
      put("a", bytes(2, 16 * MIB));
      ObjectStoreException failure = failing(in, body, 1000);
      assertEquals(Kind.CHANGED, failure.kind());
      assertTrue(failure.getMessage().contains("was replaced"), failure.getMessage());
    }
  }

  @Test
  void anObjectThatIsDeletedWhileItIsReadFailsTheEpochAndIsNamed() throws Exception {
    byte[] body = bytes(3, 16 * MIB);
    ObjectInfo object = put("a", body);
    Path pipe = feed(object);
    try (InputStream in = Files.newInputStream(pipe)) {
      assertEquals(1000, in.readNBytes(1000).length);
      store.delete(object.uri());
      ObjectStoreException failure = failing(in, body, 1000);
      assertEquals(Kind.NOT_FOUND, failure.kind());
      assertTrue(failure.getMessage().contains("there is no such object"), failure.getMessage());
    }
  }

  @Test
  void aServerThatStaysAwayFailsTheEpochAfterTheTimeToTryAgain() throws Exception {
    byte[] body = bytes(4, 16 * MIB);
    Path pipe = feed(put("a", body));
    try (InputStream in = Files.newInputStream(pipe)) {
      assertEquals(1000, in.readNBytes(1000).length);
      server.stop();
      long since = System.nanoTime();
      try {
        ObjectStoreException failure = failing(in, body, 1000);
        assertEquals(Kind.UNREACHABLE, failure.kind());
        assertTrue(System.nanoTime() - since >= RETRY_FOR.toNanos() / 2);
      } finally {
        server.start();
      }
    }
  }

  @Test
  void aServerThatComesBackInTimeIsNotNoticed() throws Exception {
    byte[] body = bytes(5, 16 * MIB);
    Path pipe = feed(put("a", body));
    try (InputStream in = Files.newInputStream(pipe)) {
      byte[] first = in.readNBytes(1000);
      server.stop();
      CompletableFuture<byte[]> rest = rest(in);
      await().during(Duration.ofMillis(300)).until(() -> !rest.isDone());
      server.start();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(first);
      all.writeBytes(rest.get());
      assertArrayEquals(body, all.toByteArray());
    }
    assertTrue(failures.isEmpty());
  }

  @Test
  void aPassingFaultIsMendedAtTheByteWhereItBroke() throws Exception {
    byte[] body = bytes(6, 8 * MIB + 3);
    byte[] second = bytes(7, 100_000);
    ObjectInfo a = put("a", body);
    ObjectInfo b = put("b", second);
    server.breakReads(10, 77_777);
    server.refuse(2);
    Path pipe = feed(a, b);
    byte[] all;
    try (InputStream in = Files.newInputStream(pipe)) {
      all = in.readAllBytes();
    }
    assertArrayEquals(body, Arrays.copyOf(all, body.length));
    assertArrayEquals(second, Arrays.copyOfRange(all, body.length, all.length));
    assertTrue(failures.isEmpty());
  }

  @Test
  void aBodyThatStallsDelaysItsReaderAndNobodyElse() throws Exception {
    byte[] body = bytes(8, 2 * MIB);
    ObjectInfo a = put("a", body);
    TestS3Server.Stall stall = server.stallReadsAfter(200_000);
    Path pipe = feed(a);
    try (InputStream in = Files.newInputStream(pipe)) {
      assertArrayEquals(Arrays.copyOf(body, 100_000), in.readNBytes(100_000));
      stall.awaitReached();
      CompletableFuture<byte[]> rest = rest(in);
      await().during(Duration.ofMillis(200)).until(() -> !rest.isDone());
      server.stallReadsAfter(Integer.MAX_VALUE);
      stall.release();
      assertArrayEquals(Arrays.copyOfRange(body, 100_000, body.length), rest.get());
    }
    assertTrue(failures.isEmpty());
    assertFalse(Files.exists(pipe));
  }
}
