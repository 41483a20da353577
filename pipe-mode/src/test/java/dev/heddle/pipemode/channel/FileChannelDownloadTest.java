package dev.heddle.pipemode.channel;

import static java.util.Collections.newSetFromMap;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TestS3Server;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileChannelDownloadTest {
  private static final int MIB = 1 << 20;

  private static TestS3Server server;
  private static S3ObjectStore store;

  @TempDir private Path data;
  private final TransferPool pool = new TransferPool("download-test", 4);
  private final AtomicLong received = new AtomicLong();

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
    pool.close();
    server.breakReads(0, 0);
    server.stallReadsAfter(Integer.MAX_VALUE);
  }

  private static byte[] put(ObjectStore into, String key, int size) throws IOException {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);
    into.put(ObjectUri.parse("s3://bucket/" + key), ByteBuffer.wrap(body));
    return body;
  }

  private static ChannelListing list(ObjectStore from, String prefix, boolean sharded)
      throws Exception {
    return ChannelListing.resolve(
        from,
        new ChannelSource(
            "train",
            ChannelSource.Kind.S3_PREFIX,
            ObjectUri.parse("s3://bucket/" + prefix),
            sharded,
            OptionalLong.empty()));
  }

  private void download(ObjectStore from, ChannelListing listing, int host, int hosts)
      throws Exception {
    download(from, pool, listing, listing.forHost(host, hosts, 0));
  }

  private void download(ObjectStore from, TransferPool with, ChannelListing listing, Shard shard)
      throws IOException, InterruptedException {
    new FileChannelDownload(from, with, DiskReserve.percent(0), new ReceivedRanges())
        .download(Map.of(listing, shard), data, received::addAndGet);
  }

  @Test
  void smallAndLargeObjectsArriveWholeAndInTheirPlaces() throws Exception {
    byte[] large = put(store, "whole/deep/er/large", 2 * (int) ShardFiles.RANGE + 777);
    byte[] exact = put(store, "whole/exact", (int) ShardFiles.RANGE);
    byte[] small = put(store, "whole/small name+%", 12);
    put(store, "whole/empty", 0);
    put(store, "whole/dir/only/", 0);
    ChannelListing listing = list(store, "whole", false);
    download(store, listing, 0, 1);
    Path train = data.resolve("train");
    assertArrayEquals(large, Files.readAllBytes(train.resolve("deep/er/large")));
    assertArrayEquals(exact, Files.readAllBytes(train.resolve("exact")));
    assertArrayEquals(small, Files.readAllBytes(train.resolve("small name+%")));
    assertEquals(0, Files.size(train.resolve("empty")));
    assertTrue(Files.isDirectory(train.resolve("dir/only")));
    assertEquals(listing.bytes(), received.get());
    assertEquals(
        List.of(
            "whole",
            "s3://bucket/whole/deep/er/large",
            "s3://bucket/whole/empty",
            "s3://bucket/whole/exact",
            "s3://bucket/whole/small name+%"),
        Files.readAllLines(data.resolve("train-manifest")));
  }

  @Test
  void aHostGetsItsShardAndTheManifestOfAll() throws Exception {
    MemoryStore memory = new MemoryStore();
    for (int i = 0; i < 5; i++) {
      put(memory, "n/" + i, i);
    }
    download(memory, list(memory, "n/", true), 1, 2);
    try (var files = Files.list(data.resolve("train"))) {
      assertEquals(List.of("1", "3"), files.map(f -> f.getFileName().toString()).sorted().toList());
    }
    assertEquals(6, Files.readAllLines(data.resolve("train-manifest")).size());
  }

  @Test
  void anEmptyShardMakesAnEmptyDirectory() throws Exception {
    MemoryStore memory = new MemoryStore();
    put(memory, "n/0", 3);
    download(memory, list(memory, "n/", true), 1, 2);
    try (var files = Files.list(data.resolve("train"))) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aLineBreakInAKeyStaysOnOneLineOfTheManifest() throws Exception {
    MemoryStore memory = new MemoryStore();
    put(memory, "n/a\nb", 3);
    download(memory, list(memory, "n/", false), 0, 1);
    assertEquals(3, Files.size(data.resolve("train/a\nb")));
    assertEquals(
        List.of("n/", "s3://bucket/n/a%0Ab"), Files.readAllLines(data.resolve("train-manifest")));
  }

  @Test
  void whatAnEarlierTryLeftIsGone() throws Exception {
    MemoryStore memory = new MemoryStore();
    put(memory, "n/0", 3);
    Path outside = Files.createDirectory(data.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "x");
    Files.createDirectories(data.resolve("train/old"));
    Files.writeString(data.resolve("train/old/file"), "x");
    Files.writeString(data.resolve("train/0"), "longer than now");
    Files.createSymbolicLink(data.resolve("train/link"), outside);
    download(memory, list(memory, "n/", false), 0, 1);
    assertEquals(3, Files.size(data.resolve("train/0")));
    assertFalse(Files.exists(data.resolve("train/old")));
    assertTrue(Files.exists(outside.resolve("kept")));
  }

  @Test
  void bodiesThatBreakOffAreTakenUpAgain() throws Exception {
    byte[] body = put(store, "broken/x", 3 * MIB);
    ChannelListing listing = list(store, "broken/", false);
    server.breakReads(2, 300_000);
    download(store, listing, 0, 1);
    assertArrayEquals(body, Files.readAllBytes(data.resolve("train/x")));
    assertEquals(3 * MIB, received.get());
  }

  @Test
  void anObjectThatIsReplacedMeanwhileFailsByName() throws Exception {
    put(store, "replaced/x", 3 * (int) ShardFiles.RANGE);
    ChannelListing listing = list(store, "replaced/", false);
    TestS3Server.Stall stall = server.stallReadsAfter(MIB);
    AtomicReference<Throwable> end = new AtomicReference<>();
    TransferPool one = new TransferPool("one", 1);
    Thread thread =
        new Thread(
            () -> {
              try {
                download(store, one, listing, listing.all());
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
            });
    thread.start();
    stall.awaitReached();
    put(store, "replaced/x", 3 * (int) ShardFiles.RANGE + 1);
    server.stallReadsAfter(Integer.MAX_VALUE);
    stall.release();
    thread.join();
    one.close();
    assertTrue(end.get() instanceof ObjectStoreException, String.valueOf(end.get()));
    assertEquals(ObjectStoreException.Kind.CHANGED, ((ObjectStoreException) end.get()).kind());
    assertTrue(end.get().getMessage().contains("s3://bucket/replaced/x"));
    assertFalse(Files.exists(data.resolve("train-manifest")));
  }

  @Test
  void anInterruptEndsADownloadThatWaitsAndLeavesNoThreads() throws Exception {
    put(store, "stalled/x", 4 * (int) ShardFiles.RANGE);
    ChannelListing listing = list(store, "stalled/", false);
    TestS3Server.Stall stall = server.stallReadsAfter(MIB);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                download(store, pool, listing, listing.all());
              } catch (IOException | InterruptedException e) {
                end.set(e);
              }
            });
    thread.start();
    stall.awaitReached();
    thread.interrupt();
    thread.join(10_000);
    assertFalse(thread.isAlive());
    assertTrue(end.get() instanceof InterruptedException, String.valueOf(end.get()));
    stall.release();
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(each -> each.getName().startsWith("download-test")));
  }

  @Test
  void aDiskWithoutRoomIsToldBeforeAnythingIsFetched() throws Exception {
    MemoryStore memory = new MemoryStore();
    put(memory, "n/x", 10);
    ChannelListing listing = list(memory, "n/", false);
    FileChannelDownload download =
        new FileChannelDownload(memory, pool, DiskReserve.percent(99), new ReceivedRanges());
    DiskFullException full =
        assertThrows(
            DiskFullException.class,
            () -> download.download(Map.of(listing, listing.all()), data, received::addAndGet));
    assertTrue(
        full.getMessage().startsWith("Channel \"train\" needs 4096 bytes, but only "),
        full.getMessage());
    assertEquals(0, received.get());
  }

  @Test
  void keysThatCantBeFilesStopItBeforeAnythingIsRemoved() throws Exception {
    MemoryStore memory = new MemoryStore();
    put(memory, "n/a", 1);
    put(memory, "n/a/../../x", 1);
    Files.createDirectories(data.resolve("train"));
    Files.writeString(data.resolve("train/kept"), "x");
    ChannelListing listing = list(memory, "n/", false);
    IOException refused = assertThrows(IOException.class, () -> download(memory, listing, 0, 1));
    assertTrue(refused.getMessage().contains("n/a/../../x"), refused.getMessage());
    assertTrue(Files.exists(data.resolve("train/kept")));
  }

  @Test
  void smallObjectsUseAllConnections() throws Exception {
    CyclicBarrier all = new CyclicBarrier(4);
    MemoryStore gathering =
        new MemoryStore() {
          @Override
          public InputStream open(ObjectInfo object, long offset, long length)
              throws ObjectStoreException {
            try {
              all.await();
            } catch (InterruptedException | BrokenBarrierException e) {
              throw new IllegalStateException(e);
            }
            return super.open(object, offset, length);
          }
        };
    for (int i = 0; i < 40; i++) {
      put(gathering, "n/" + i, 100 + i);
    }
    download(gathering, list(gathering, "n/", false), 0, 1);
    assertEquals(139, Files.size(data.resolve("train/39")));
  }

  @Test
  void fetchesHaveOneSmallBufferForEachConnection() throws Exception {
    Set<ByteBuffer> buffers = Collections.synchronizedSet(newSetFromMap(new IdentityHashMap<>()));
    MemoryStore looking =
        new MemoryStore() {
          @Override
          public void copy(
              ObjectInfo object, long offset, long length, ByteBuffer through, Sink sink)
              throws IOException {
            buffers.add(through);
            super.copy(object, offset, length, through, sink);
          }
        };
    byte[] large = put(looking, "n/large", 3 * (int) ShardFiles.RANGE - 5);
    for (int i = 0; i < 100; i++) {
      put(looking, "n/" + i, i);
    }
    download(looking, list(looking, "n/", false), 0, 1);
    assertArrayEquals(large, Files.readAllBytes(data.resolve("train/large")));
    assertTrue(buffers.size() <= pool.connections(), buffers.size() + " buffers");
    buffers.forEach(
        each -> {
          assertTrue(each.isDirect());
          assertTrue(each.capacity() <= MIB, each.capacity() + " bytes");
        });
  }
}
