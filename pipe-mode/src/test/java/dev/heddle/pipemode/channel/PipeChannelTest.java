package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PipeChannelTest {
  private static final PipeFormat GZIP = new PipeFormat(true, false);
  private static final PipeFormat RECORDS = new PipeFormat(false, true);
  private static final PipeFormat GZIP_RECORDS = new PipeFormat(true, true);

  @TempDir private Path scratch;
  private final MemoryStore store = new MemoryStore();
  private final ParallelReader reader = new ParallelReader(store, new ReadLimits(4, 4 << 20, 1));

  @AfterEach
  void close() {
    reader.close();
  }

  private static ChannelSource prefix(boolean sharded, OptionalLong seed) {
    return new ChannelSource(
        "train", ChannelSource.Kind.S3_PREFIX, ObjectUri.parse("s3://b/in/"), sharded, seed);
  }

  private byte[] epoch(ChannelSource source, int index, int hosts, PipeFormat format, int epoch)
      throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (PipeChannel channel =
            PipeChannel.open(
                store, source, new PipeChannel.Place(index, hosts), format, reader, scratch);
        EpochBytes bytes = channel.open(epoch)) {
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        byte[] run = new byte[next.remaining()];
        next.get(run);
        all.writeBytes(run);
      }
    }
    return all.toByteArray();
  }

  private byte[] whole(PipeFormat format) throws Exception {
    return epoch(prefix(false, OptionalLong.empty()), 0, 1, format, 0);
  }

  private void put(String name, byte[] content) {
    store.put(ObjectUri.parse("s3://b/in/" + name), ByteBuffer.wrap(content));
  }

  private static byte[] gzip(byte[]... members) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] member : members) {
      try (GZIPOutputStream out = new GZIPOutputStream(all)) {
        out.write(member);
      }
    }
    return all.toByteArray();
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static void record(ByteArrayOutputStream to, byte[] payload) {
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    to.writeBytes(head.putInt(0xced7230a).putInt(payload.length).array());
    to.writeBytes(payload);
    to.writeBytes(new byte[(4 - payload.length % 4) % 4]);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void shardsOfAnEpochAreDisjointAndWholeAndEveryEpochHasAnotherOrder() throws Exception {
    for (int i = 0; i < 26; i++) {
      put("k" + i, new byte[] {(byte) ('a' + i)});
    }
    ChannelSource source = prefix(true, OptionalLong.of(5));
    List<String> orders = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      String[] parts = new String[3];
      for (int host = 0; host < 3; host++) {
        parts[host] =
            new String(epoch(source, host, 3, PipeFormat.PLAIN, epoch), StandardCharsets.US_ASCII);
      }
      String all = String.join("", parts);
      orders.add(all);
      char[] letters = all.toCharArray();
      Arrays.sort(letters);
      assertEquals("abcdefghijklmnopqrstuvwxyz", new String(letters));
      assertEquals(List.of(9, 9, 8), Arrays.stream(parts).map(String::length).toList());
    }
    assertNotEquals(orders.get(0), orders.get(1));
    assertNotEquals(orders.get(1), orders.get(2));
  }

  @Test
  void aHostWithoutObjectsHasEpochsWithoutBytes() throws Exception {
    put("only", ascii("x"));
    ChannelSource source = prefix(true, OptionalLong.empty());
    assertArrayEquals(new byte[0], epoch(source, 1, 2, PipeFormat.PLAIN, 0));
    assertArrayEquals(new byte[0], epoch(source, 1, 2, GZIP_RECORDS, 7));
  }

  @Test
  void recordsAreFramedAndPaddedAndLeaveTheMagicNumberInside() throws Exception {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int size = 0; size <= 5; size++) {
      put("k" + size, random(size));
      record(expected, random(size));
    }
    byte[] magic = {0x0a, 0x23, (byte) 0xd7, (byte) 0xce, 1, 2, 3, 4};
    put("m", magic);
    record(expected, magic);
    assertArrayEquals(expected.toByteArray(), whole(RECORDS));
  }

  @Test
  void anObjectThatNoRecordHoldsIsRefusedBeforeAnythingFlows() {
    MemoryStore large =
        new MemoryStore() {
          @Override
          public synchronized void list(ObjectUri prefix, Consumer<ObjectInfo> each) {
            each.accept(new ObjectInfo(prefix.withKey("in/fits"), (1 << 29) - 1, "\"e\""));
            each.accept(new ObjectInfo(prefix.withKey("in/large"), 1 << 29, "\"e\""));
          }
        };
    ObjectStoreException refused =
        assertThrows(
            ObjectStoreException.class,
            () ->
                PipeChannel.open(
                    large,
                    prefix(false, OptionalLong.empty()),
                    new PipeChannel.Place(0, 1),
                    RECORDS,
                    reader,
                    scratch));
    assertEquals(
        "Channel \"train\": the object s3://b/in/large has 536870912 bytes, and a RecordIO record"
            + " holds less than 536870912 (512 MiB). Split the object, or set RecordWrapperType to"
            + " None.",
        refused.getMessage());
  }

  @Test
  void gzipFilesOfOneOrSeveralMembersAndEmptyObjectsAreDecompressed() throws Exception {
    put("a", gzip(random(300_000), random(5), new byte[0], random(70_000)));
    put("b", new byte[0]);
    put("c", gzip(random(3_000_000)));
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int size : new int[] {300_000, 5, 70_000, 3_000_000}) {
      expected.writeBytes(random(size));
    }
    assertArrayEquals(expected.toByteArray(), whole(GZIP));
  }

  @Test
  void decompressedObjectsBecomeRecordsHoweverLong() throws Exception {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    int[] sizes = {0, 1, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9_000_001, 3};
    for (int i = 0; i < sizes.length; i++) {
      put("k" + i, gzip(random(sizes[i])));
      record(expected, random(sizes[i]));
    }
    put("last", new byte[0]);
    record(expected, new byte[0]);
    assertArrayEquals(expected.toByteArray(), whole(GZIP_RECORDS));
    try (var left = Files.list(scratch)) {
      assertEquals(0, left.count(), "temporary files stay");
    }
  }

  @Test
  void anObjectThatIsNoGzipFileIsNamed() {
    put("good", ascii("plain text"));
    assertNamed("s3://b/in/good", "Not in GZIP format");
  }

  @Test
  void aGzipFileThatIsCutOffIsNamedAndNotTakenForWhole() throws Exception {
    byte[] packed = gzip(random(100_000));
    put("a", gzip(ascii("fine")));
    put("b", Arrays.copyOf(packed, packed.length - 9));
    put("c", gzip(ascii("never reached")));
    assertNamed("s3://b/in/b", "it ends before its data does");
  }

  private void assertNamed(String object, String why) {
    for (PipeFormat format : List.of(GZIP, GZIP_RECORDS)) {
      ObjectStoreException refused = assertThrows(ObjectStoreException.class, () -> whole(format));
      assertTrue(refused.getMessage().contains(object + " can't be"), refused.getMessage());
      assertTrue(refused.getMessage().contains(why), refused.getMessage());
      assertTrue(refused.getMessage().contains("CompressionType Gzip"), refused.getMessage());
    }
  }

  @Test
  void attributesFlowInOrderAsRecordsWithTheirObjects() throws Exception {
    store.put("s3://b/i/1", "one");
    store.put("s3://b/i/2", "");
    store.put(
        "s3://b/all.jsonl",
        "{\"l\":1,\"i-ref\":\"s3://b/i/1\"}\r\n\n{\"i-ref\":\"s3://b/i/2\",\"l\":\"b\"}");
    ChannelSource source = augmented("i-ref", "l");
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (String value : List.of("one", "1", "", "b")) {
      record(expected, ascii(value));
    }
    assertArrayEquals(expected.toByteArray(), epoch(source, 0, 1, RECORDS, 0));
    assertArrayEquals(ascii("one1b"), epoch(source, 0, 1, PipeFormat.PLAIN, 3));
  }

  @Test
  void aLineThatCannotBeUsedIsToldBeforeAnythingFlows() {
    store.put("s3://b/all.jsonl", "{\"l\":1}\n\n{\"m\":1}\n");
    assertEquals(
        "Channel \"train\": line 3 of the augmented manifest s3://b/all.jsonl can't be used: it has"
            + " no value for \"l\". AttributeNames are [l].",
        refusal(augmented("l")));
    store.put("s3://b/all.jsonl", "{\"l-ref\":\"i/1.png\"}\n");
    assertTrue(refusal(augmented("l-ref")).contains("line 1"), refusal(augmented("l-ref")));
    store.put("s3://b/all.jsonl", "\n");
    assertTrue(refusal(augmented("l")).contains("has no line"), refusal(augmented("l")));
    store.put("s3://b/all.jsonl", "{\"l-ref\":\"s3://b/gone\"}\n");
    assertTrue(
        refusal(augmented("l-ref")).contains("there is no object s3://b/gone"),
        refusal(augmented("l-ref")));
  }

  private String refusal(ChannelSource source) {
    return assertThrows(ObjectStoreException.class, () -> epoch(source, 0, 1, PipeFormat.PLAIN, 0))
        .getMessage();
  }

  private static ChannelSource augmented(String... names) {
    return new ChannelSource(
        "train",
        ChannelSource.Kind.AUGMENTED_MANIFEST_FILE,
        ObjectUri.parse("s3://b/all.jsonl"),
        List.of(names),
        false,
        OptionalLong.empty());
  }

  @Test
  void aMillionObjectsFlowThroughLittleMemory() throws Exception {
    int count = 1_000_000;
    MemoryStore many =
        new MemoryStore() {
          @Override
          public synchronized void list(ObjectUri prefix, Consumer<ObjectInfo> each) {
            for (int i = 0; i < count; i++) {
              each.accept(new ObjectInfo(prefix.withKey("in/" + (count + i)), 1, ""));
            }
          }

          @Override
          public void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival) {
            String key = object.uri().key();
            into.put((byte) key.charAt(key.length() - 1));
            arrival.arrived(1);
          }
        };
    long taken = 0;
    try (ParallelReader own = new ParallelReader(many, new ReadLimits(8, 2 << 20, 1));
        PipeChannel channel =
            PipeChannel.open(
                many,
                prefix(false, OptionalLong.empty()),
                new PipeChannel.Place(0, 1),
                PipeFormat.PLAIN,
                own,
                scratch);
        EpochBytes bytes = channel.open(0)) {
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        while (next.hasRemaining()) {
          assertEquals('0' + taken % 10, next.get());
          taken++;
        }
      }
      assertEquals(count, bytes.objects());
    }
    assertEquals(count, taken);
  }
}
