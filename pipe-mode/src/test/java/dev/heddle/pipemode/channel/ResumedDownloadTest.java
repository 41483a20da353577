package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a download that is called again has to fetch. */
@Timeout(60)
class ResumedDownloadTest {
  private static final int RANGE = (int) ShardFiles.RANGE;

  @TempDir private Path data;
  private final RecordingStore store = new RecordingStore();
  private final TransferPool one = new TransferPool("resume-test", 1);
  private final ReceivedRanges known = new ReceivedRanges();
  private final AtomicLong received = new AtomicLong();

  /** Remembers what was asked for as {@code KEY@RANGE}, and fails or waits where it's told to. */
  private static final class RecordingStore extends MemoryStore {
    private final List<String> asked = new ArrayList<>();
    private final CountDownLatch waits = new CountDownLatch(1);
    private String failsAt = "";
    private String waitsAt = "";

    @Override
    public InputStream open(ObjectInfo object, long offset, long length)
        throws ObjectStoreException {
      String range = object.uri().key() + "@" + offset / RANGE;
      synchronized (this) {
        asked.add(range);
      }
      if (range.equals(waitsAt)) {
        waits.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "stopped", e);
        }
      }
      if (range.equals(failsAt)) {
        throw new ObjectStoreException(
            ObjectStoreException.Kind.UNREACHABLE, "no answer for " + range, null);
      }
      return super.open(object, offset, length);
    }

    synchronized List<String> takeAsked() {
      List<String> all = List.copyOf(asked);
      asked.clear();
      return all;
    }
  }

  @AfterEach
  void closePool() {
    one.close();
  }

  private byte[] put(String key, int size, int seed) throws IOException {
    byte[] body = new byte[size];
    new Random(seed).nextBytes(body);
    store.put(ObjectUri.parse("s3://bucket/" + key), ByteBuffer.wrap(body));
    return body;
  }

  private ChannelListing list(String channel) throws Exception {
    return ChannelListing.resolve(
        store,
        new ChannelSource(
            channel,
            ChannelSource.Kind.S3_PREFIX,
            ObjectUri.parse("s3://bucket/" + channel + "/"),
            false,
            OptionalLong.empty()));
  }

  private void download(ChannelListing... listings) throws IOException, InterruptedException {
    received.set(0);
    Map<ChannelListing, Shard> shards = new LinkedHashMap<>();
    for (ChannelListing each : listings) {
      shards.put(each, each.all());
    }
    new FileChannelDownload(store, one, DiskReserve.percent(0), known)
        .download(shards, data, received::addAndGet);
  }

  private void failAt(String range, ChannelListing... listings) {
    store.failsAt = range;
    assertThrows(ObjectStoreException.class, () -> download(listings));
    store.failsAt = "";
    store.takeAsked();
  }

  private byte[] file(String name) throws IOException {
    return Files.readAllBytes(data.resolve(name));
  }

  @Test
  void anInterruptedDownloadGoesOnWhereItStopped() throws Exception {
    byte[] small = put("train/a", 10, 1);
    byte[] large = put("train/b", 3 * RANGE + 77, 2);
    put("train/c", 20, 3);
    store.waitsAt = "train/b@2";
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                download(list("train"));
              } catch (Exception e) {
                end.set(e);
              }
            });
    thread.start();
    store.waits.await();
    thread.interrupt();
    thread.join();
    assertInstanceOf(InterruptedException.class, end.get());
    assertFalse(Files.exists(data.resolve("train-manifest")));
    store.waitsAt = "";
    store.takeAsked();

    ChannelListing listing = list("train");
    download(listing);
    assertEquals(List.of("train/b@2", "train/b@3", "train/c@0"), store.takeAsked());
    assertArrayEquals(small, file("train/a"));
    assertArrayEquals(large, file("train/b"));
    assertEquals(listing.bytes(), received.get());
    assertEquals(4, Files.readAllLines(data.resolve("train-manifest")).size());
  }

  @Test
  void aChannelThatIsWholeIsntFetchedAgainWhenALaterOneFailed() throws Exception {
    put("train/a", 10, 1);
    put("val/a", 10, 2);
    put("val/b", 2 * RANGE, 3);
    failAt("val/b@1", list("train"), list("val"));
    download(list("train"), list("val"));
    assertEquals(List.of("val/b@1"), store.takeAsked());
    assertEquals(20 + 2 * RANGE, received.get());
    assertTrue(Files.exists(data.resolve("train-manifest")));
    assertTrue(Files.exists(data.resolve("val-manifest")));
  }

  @Test
  void anObjectThatWasReplacedMeanwhileIsFetchedWhole() throws Exception {
    put("train/a", 10, 1);
    put("train/b", 3 * RANGE, 2);
    put("train/c", 10, 3);
    failAt("train/c@0", list("train"));
    byte[] replaced = put("train/b", RANGE + 1, 4);
    download(list("train"));
    assertEquals(List.of("train/b@0", "train/b@1", "train/c@0"), store.takeAsked());
    assertArrayEquals(replaced, file("train/b"));
  }

  @Test
  void anObjectThatIsReplacedBetweenItsRangesFailsByNameAndCanBeFetchedAfterwards()
      throws Exception {
    put("train/a", 10, 1);
    put("train/b", 3 * RANGE, 2);
    failAt("train/b@1", list("train"));
    ChannelListing old = list("train");
    byte[] replaced = put("train/b", 3 * RANGE, 5);
    ObjectStoreException changed = assertThrows(ObjectStoreException.class, () -> download(old));
    assertEquals(ObjectStoreException.Kind.CHANGED, changed.kind());
    assertTrue(changed.getMessage().contains("train/b"), changed.getMessage());
    store.takeAsked();
    download(list("train"));
    assertEquals(List.of("train/b@0", "train/b@1", "train/b@2"), store.takeAsked());
    assertArrayEquals(replaced, file("train/b"));
  }

  @Test
  void aFileThatIsGoneOrCutIsFetchedAgain() throws Exception {
    byte[] a = put("train/a", 10, 1);
    byte[] b = put("train/b", 10, 2);
    put("train/c", 10, 3);
    failAt("train/c@0", list("train"));
    Files.delete(data.resolve("train/a"));
    Files.write(data.resolve("train/b"), new byte[3]);
    download(list("train"));
    assertEquals(List.of("train/a@0", "train/b@0", "train/c@0"), store.takeAsked());
    assertArrayEquals(a, file("train/a"));
    assertArrayEquals(b, file("train/b"));
  }

  @Test
  void anotherListingBeginsAnewAndLeavesNothingOfTheFormer() throws Exception {
    put("train/a", 10, 1);
    put("train/b", 10, 2);
    failAt("train/b@0", list("train"));
    put("train/0", 10, 3);
    store.delete(ObjectUri.parse("s3://bucket/train/a"));
    download(list("train"));
    assertEquals(List.of("train/0@0", "train/b@0"), store.takeAsked());
    assertFalse(Files.exists(data.resolve("train/a")));
  }

  @Test
  void whatIsForgottenIsFetchedAgain() throws Exception {
    put("train/a", 10, 1);
    download(list("train"));
    known.forget();
    Files.writeString(data.resolve("train/made-by-training"), "x");
    store.takeAsked();
    download(list("train"));
    assertEquals(List.of("train/a@0"), store.takeAsked());
    assertFalse(Files.exists(data.resolve("train/made-by-training")));
  }
}
