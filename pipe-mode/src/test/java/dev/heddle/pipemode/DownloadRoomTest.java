package dev.heddle.pipemode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.channel.ChannelListing;
import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.channel.FileChannelDownload;
import dev.heddle.pipemode.channel.ReceivedRanges;
import dev.heddle.pipemode.channel.Shard;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads to disks of many sizes. */
@Timeout(60)
class DownloadRoomTest {
  private static final int LARGE = 20 << 20;

  @TempDir private Path data;
  private final AtomicInteger fetches = new AtomicInteger();
  private final MemoryStore store =
      new MemoryStore() {
        @Override
        public InputStream open(ObjectInfo object, long offset, long length)
            throws ObjectStoreException {
          if (failing && fetches.get() > 0) {
            throw new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "away", null);
          }
          fetches.incrementAndGet();
          return super.open(object, offset, length);
        }
      };
  private final TransferPool pool = new TransferPool("room-test", 1);
  private final ReceivedRanges known = new ReceivedRanges();
  private boolean failing;

  @AfterEach
  void closePool() {
    pool.close();
  }

  private void put(String key, int size) {
    store.put(ObjectUri.parse("s3://bucket/" + key), ByteBuffer.wrap(new byte[size]));
  }

  private void download(DiskReserve reserve, String... channels) throws Exception {
    Map<ChannelListing, Shard> shards = new LinkedHashMap<>();
    for (String channel : channels) {
      ChannelListing listing =
          ChannelListing.resolve(
              store,
              new ChannelSource(
                  channel,
                  ChannelSource.Kind.S3_PREFIX,
                  ObjectUri.parse("s3://bucket/" + channel + "/"),
                  false,
                  OptionalLong.empty()));
      shards.put(listing, listing.all());
    }
    new FileChannelDownload(store, pool, reserve, known).download(shards, data, n -> {});
  }

  /** A disk of 100 MiB of which 10 MiB stay free, and that has so much free when it's asked. */
  private static DiskReserve disk(int... freeMib) {
    ArrayDeque<Integer> answers = new ArrayDeque<>();
    for (int each : freeMib) {
      answers.add(each);
    }
    return new DiskReserve(
        10,
        directory ->
            new DiskReserve.Space(
                100L << 20, (long) (answers.size() > 1 ? answers.poll() : answers.peek()) << 20));
  }

  @Test
  void channelsThatFitOneByOneAreRefusedWhenTheyDontTogether() throws Exception {
    put("train/a", LARGE);
    put("val/a", LARGE);
    download(disk(30), "train");
    known.forget();
    fetches.set(0);
    DiskFullException full =
        assertThrows(DiskFullException.class, () -> download(disk(49), "train", "val"));
    assertTrue(
        full.getMessage()
            .startsWith(
                "The data of the channels \"train\", \"val\" needs "
                    + 2 * LARGE
                    + " bytes, but only "
                    + (39 << 20)
                    + " bytes are available in "),
        full.getMessage());
    assertTrue(full.getMessage().contains("heddle.disk.reserve-percent"), full.getMessage());
    assertEquals(0, fetches.get());
    download(disk(50, 10), "train", "val");
  }

  @Test
  void aDiskThatSomebodyElseFillsMeanwhileGetsItsRoomBackBeforeAnythingIsFetched()
      throws Exception {
    put("train/a", LARGE);
    put("train/b", 1);
    assertThrows(DiskFullException.class, () -> download(disk(50, 9), "train"));
    assertEquals(0, fetches.get());
    assertFalse(Files.exists(data.resolve("train")));
  }

  @Test
  void whatHasItsRoomIsntAskedForAgainByADownloadThatGoesOn() throws Exception {
    put("train/a", LARGE);
    failing = true;
    assertThrows(ObjectStoreException.class, () -> download(disk(30, 10), "train"));
    assertEquals(1, fetches.get());
    failing = false;
    download(disk(10), "train");
    assertEquals(3, fetches.get());
    assertEquals(List.of("a"), List.of(data.resolve("train").toFile().list()));
  }
}
