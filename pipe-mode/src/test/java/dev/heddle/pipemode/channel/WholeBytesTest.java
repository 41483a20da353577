package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.FaultProxy;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.SyntheticS3;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.ReadLimits;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Much data of all sizes, to the last byte and in its order. */
@Timeout(60)
class WholeBytesTest {
  private static final long MIB = 1 << 20;
  private static final ReadLimits LIMITS = new ReadLimits(16, 64 * MIB, 1);

  private static SyntheticS3 server;
  private static long bytes;
  private static int objects;

  @TempDir private Path scratch;

  @BeforeAll
  static void serve() throws IOException {
    server = SyntheticS3.start("bucket");
    put("all/0 empty first", 0);
    put("all/50mb", 50_000_000);
    put("all/\u00fcmlaut + %41 & more", 4096);
    for (int round = 0; round < 2; round++) {
      put("all/exactly-4-mib-" + round, 4 * MIB);
      put("all/exactly-8-mib-" + round, 8 * MIB);
      put("all/one-more-" + round, 8 * MIB + 1);
      put("all/one-less-" + round, 8 * MIB - 1);
      put("all/z/17mb-" + round, 17_000_003);
    }
    for (int i = 0; i < 200; i++) {
      put(String.format("all/small/%03d", i), new long[] {0, 1, 3, 4096, 65_537}[i % 5]);
    }
    put("all/zz empty last", 0);
    // Beside the prefix: must not flow.
    server.put("al", 7).put("all", 7).put("all0", 7);
    server.pageSize(37);
  }

  private static void put(String key, long size) {
    server.put(key, size);
    bytes += size;
    objects++;
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  private void assertArrivesWhole(S3Access access, ReadLimits limits) throws Exception {
    ChannelSource source =
        new ChannelSource(
            "train",
            ChannelSource.Kind.S3_PREFIX,
            ObjectUri.parse("s3://bucket/all/"),
            false,
            OptionalLong.empty());
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (S3ObjectStore store = S3ObjectStore.open(access);
        ParallelReader reader = new ParallelReader(store, limits);
        PipeChannel channel =
            PipeChannel.open(
                store, source, new PipeChannel.Place(0, 1), PipeFormat.PLAIN, reader, scratch);
        EpochBytes epoch = channel.open(0)) {
      long received = 0;
      for (ByteBuffer next = epoch.next(); next != null; next = epoch.next()) {
        received += next.remaining();
        digest.update(next);
      }
      assertEquals(bytes, received);
      assertEquals(bytes, epoch.storedBytes());
      assertEquals(objects, epoch.objects());
    }
    assertEquals(server.sha256("all/"), HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void objectsOfAllSizesArriveWholeAndInOrder() throws Exception {
    assertTrue(bytes > 140_000_000, "too little to tell: " + bytes);
    assertArrivesWhole(server.access(), LIMITS);
  }

  @Test
  void theSmallestMemoryIsEnough() throws Exception {
    assertArrivesWhole(server.access(), new ReadLimits(3, MIB, 1));
  }

  @Test
  void noByteIsLostOrDoubledWhereTheNetworkFails() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(server.endpoint(), 1)) {
      assertArrivesWhole(server.access(proxy.endpoint()), LIMITS);
      String faults =
          proxy.requests()
              + " requests, "
              + proxy.dropped()
              + " dropped, "
              + proxy.refused()
              + " refused, "
              + proxy.truncated()
              + " truncated";
      assertTrue(proxy.dropped() > 0, faults);
      assertTrue(proxy.refused() > 0, faults);
      assertTrue(proxy.truncated() > 0, faults);
    }
  }
}
