package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.channel.ChannelSource.Kind;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PipeChannelTest {
  private static final ReadLimits LIMITS = new ReadLimits(8, 32L << 20, 1);
  private static final PipeFormat RECORDS = new PipeFormat(false, true);

  @TempDir Path scratch;
  private final MemoryStore store = new MemoryStore();
  private final ParallelReader reader = new ParallelReader(store, LIMITS);

  @AfterEach
  void close() {
    reader.close();
  }

  private PipeChannel open(ChannelSource source, int host, int hosts, PipeFormat format)
      throws Exception {
    return PipeChannel.open(
        store, source, new PipeChannel.Place(host, hosts), format, reader, scratch);
  }

  private static byte[] bytes(PipeChannel channel, int epoch) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (EpochBytes bytes = channel.open(epoch)) {
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        byte[] some = new byte[next.remaining()];
        next.get(some);
        all.writeBytes(some);
      }
    }
    return all.toByteArray();
  }

  private static String text(PipeChannel channel, int epoch) throws Exception {
    return new String(bytes(channel, epoch), StandardCharsets.UTF_8);
  }

  /** The documented order, by the JDK's own SplitMix64. */
  private static <T> List<T> shuffled(List<T> items, long seed, int epoch) {
    long gamma = 0x9e3779b97f4a7c15L;
    long mixed = new SplittableRandom(seed - gamma).nextLong();
    long state = new SplittableRandom(mixed + epoch - gamma).nextLong();
    SplittableRandom random = new SplittableRandom(state);
    List<T> order = new ArrayList<>(items);
    for (int i = order.size() - 1; i > 0; i--) {
      // A number from the incomplete last run of places is some one in 2^53: not met here.
      Collections.swap(order, i, (int) ((random.nextLong() >>> 1) % (i + 1)));
    }
    return order;
  }

  private static String dealt(List<String> items, int host, int hosts) {
    StringBuilder hand = new StringBuilder();
    for (int i = host; i < items.size(); i += hosts) {
      hand.append(items.get(i));
    }
    return hand.toString();
  }

  private static ChannelSource prefix(boolean sharded, OptionalLong seed) {
    return new ChannelSource("train", Kind.S3_PREFIX, ObjectUri.parse("s3://b/n/"), sharded, seed);
  }

  private List<String> fill(int count) {
    List<String> bodies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String body = i % 5 == 4 ? "" : "<" + i + ">";
      bodies.add(body);
      store.put(String.format("s3://b/n/%05d", i), body);
    }
    return bodies;
  }

  @Test
  void eachHostsBytesFollowFromSeedEpochAndPlace() throws Exception {
    List<String> bodies = fill(101);
    for (long seed : new long[] {0, 42, -1, Long.MIN_VALUE}) {
      for (int host = 0; host < 3; host++) {
        try (PipeChannel sharded =
                open(prefix(true, OptionalLong.of(seed)), host, 3, PipeFormat.PLAIN);
            PipeChannel whole =
                open(prefix(false, OptionalLong.of(seed)), host, 3, PipeFormat.PLAIN)) {
          for (int epoch = 0; epoch < 4; epoch++) {
            List<String> order = shuffled(bodies, seed, epoch);
            assertEquals(dealt(order, host, 3), text(sharded, epoch));
            assertEquals(dealt(order, host, 3).length(), sharded.bytes(epoch));
            assertEquals(String.join("", order), text(whole, epoch));
          }
        }
      }
    }
  }

  @Test
  void withoutAShuffleTheKeysOrderStaysInEveryEpoch() throws Exception {
    List<String> bodies = fill(50);
    for (int host = 0; host < 4; host++) {
      try (PipeChannel channel =
          open(prefix(true, OptionalLong.empty()), host, 4, PipeFormat.PLAIN)) {
        assertEquals(dealt(bodies, host, 4), text(channel, 0));
        assertEquals(dealt(bodies, host, 4), text(channel, 7));
      }
    }
  }

  @Test
  void aManifestsObjectsComeInItsOrderAndAreShuffledFromIt() throws Exception {
    fill(4);
    store.put("s3://b/m.json", "[{\"prefix\":\"s3://b/n/\"},\"00002\",\"00000\",\"00003\"]");
    List<String> bodies = List.of("<2>", "<0>", "<3>");
    ObjectUri uri = ObjectUri.parse("s3://b/m.json");
    try (PipeChannel plain =
            open(
                new ChannelSource("m", Kind.MANIFEST_FILE, uri, false, OptionalLong.empty()),
                0,
                2,
                PipeFormat.PLAIN);
        PipeChannel second =
            open(
                new ChannelSource("m", Kind.MANIFEST_FILE, uri, true, OptionalLong.of(5)),
                1,
                2,
                PipeFormat.PLAIN)) {
      assertEquals("<2><0><3>", text(plain, 0));
      for (int epoch = 0; epoch < 5; epoch++) {
        assertEquals(dealt(shuffled(bodies, 5, epoch), 1, 2), text(second, epoch));
      }
    }
  }

  @Test
  void anAugmentedManifestsLinesAreDealtOutWithTheirObjects() throws Exception {
    fill(30);
    List<String> lines = new ArrayList<>();
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < 600; i++) {
      int object = i % 30;
      manifest.append(
          String.format("{\"n\":%d,\"x-ref\":\"s3://b/n/%05d\",\"o\":{\"ü\":%d}}\n", i, object, i));
      lines.add((object % 5 == 4 ? "" : "<" + object + ">") + i + "{\"ü\":" + i + "}");
    }
    store.put("s3://b/a.jsonl", manifest.toString());
    ChannelSource source =
        new ChannelSource(
            "a",
            Kind.AUGMENTED_MANIFEST_FILE,
            ObjectUri.parse("s3://b/a.jsonl"),
            List.of("x-ref", "n", "o"),
            true,
            OptionalLong.of(77));
    for (int host = 0; host < 2; host++) {
      try (PipeChannel channel = open(source, host, 2, PipeFormat.PLAIN)) {
        for (int epoch = 0; epoch < 3; epoch++) {
          assertEquals(dealt(shuffled(lines, 77, epoch), host, 2), text(channel, epoch));
        }
        assertEquals(-1, channel.bytes(0));
      }
    }
  }

  @Test
  void eachValueOfALineIsARecordOfItsOwn() throws Exception {
    store.put("s3://b/image", "abc");
    store.put("s3://b/a.jsonl", "{\"y\":7,\"x-ref\":\"s3://b/image\"}");
    ChannelSource source =
        new ChannelSource(
            "a",
            Kind.AUGMENTED_MANIFEST_FILE,
            ObjectUri.parse("s3://b/a.jsonl"),
            List.of("x-ref", "y"),
            false,
            OptionalLong.empty());
    try (PipeChannel channel = open(source, 0, 1, RECORDS)) {
      assertEquals(
          "0a23d7ce03000000" + "61626300" + "0a23d7ce01000000" + "37000000",
          HexFormat.of().formatHex(bytes(channel, 0)));
    }
  }

  @Test
  void anEmptyShardIsAnEpochWithoutBytes() throws Exception {
    fill(2);
    for (PipeFormat format : List.of(PipeFormat.PLAIN, RECORDS, new PipeFormat(true, true))) {
      try (PipeChannel channel = open(prefix(true, OptionalLong.of(1)), 3, 4, format)) {
        assertEquals(0, bytes(channel, 0).length);
        assertEquals(0, bytes(channel, 1).length);
        assertEquals(0, channel.bytes(0));
      }
    }
  }

  /** Objects of one byte, made as they are asked for. */
  private static final class Numbered implements ObjectSource {
    private final int count;
    private final long size;

    Numbered(int count, long size) {
      this.count = count;
      this.size = size;
    }

    @Override
    public void list(ObjectUri prefix, Consumer<ObjectInfo> each) {
      for (int i = 0; i < count; i++) {
        each.accept(
            new ObjectInfo(
                prefix.withKey(String.format("n/%07d", i)), size, String.format("\"%032x\"", i)));
      }
    }

    @Override
    public Optional<ObjectInfo> head(ObjectUri object) {
      return Optional.empty();
    }

    @Override
    public InputStream open(ObjectInfo object, long offset, long length) {
      String key = object.uri().key();
      return new ByteArrayInputStream(
          new byte[] {(byte) Integer.parseInt(key.substring(key.length() - 7))});
    }

    @Override
    public void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival) {
      String key = object.uri().key();
      into.put((byte) Integer.parseInt(key.substring(key.length() - 7)));
      arrival.arrived(1);
    }

    @Override
    public void close() {}
  }

  @Test
  void anObjectThatNoRecordHoldsIsNamedBeforeAnythingFlows() throws Exception {
    Numbered huge = new Numbered(1, 1L << 29);
    PipeChannel.Place alone = new PipeChannel.Place(0, 1);
    ChannelSource source = prefix(false, OptionalLong.empty());
    ObjectStoreException refused =
        assertThrows(
            ObjectStoreException.class,
            () -> PipeChannel.open(huge, source, alone, RECORDS, reader, scratch));
    assertTrue(refused.getMessage().contains("s3://b/n/0000000"), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"train\""), refused.getMessage());
    // Without records it is no trouble, nor where its length isn't known yet, nor a byte below.
    PipeChannel.open(huge, source, alone, PipeFormat.PLAIN, reader, scratch).close();
    PipeChannel.open(huge, source, alone, new PipeFormat(true, true), reader, scratch).close();
    PipeChannel.open(new Numbered(1, (1L << 29) - 1), source, alone, RECORDS, reader, scratch)
        .close();
  }

  @Test
  void aMillionObjectsFlowInBoundedMemory() throws Exception {
    int count = 1_000_000;
    try (ParallelReader many =
            new ParallelReader(new Numbered(count, 1), new ReadLimits(4, 8 << 20, 1));
        PipeChannel channel =
            PipeChannel.open(
                new Numbered(count, 1),
                prefix(false, OptionalLong.empty()),
                new PipeChannel.Place(0, 1),
                PipeFormat.PLAIN,
                many,
                scratch)) {
      System.gc();
      long before = used();
      long most = 0;
      int next = 0;
      try (EpochBytes bytes = channel.open(0)) {
        for (ByteBuffer some = bytes.next(); some != null; some = bytes.next()) {
          while (some.hasRemaining()) {
            assertEquals((byte) next++, some.get());
          }
          if (next / 100_000 > (next - some.limit()) / 100_000) {
            System.gc();
            most = Math.max(most, used() - before);
          }
        }
        assertEquals(count, bytes.objects());
      }
      assertEquals(count, next);
      assertTrue(most < 20 << 20, most + " bytes more than before");
    }
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
